package dev.sextant.engine.udf;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Language;
import java.util.Optional;

/** Makes what runs functions, when a function of a language is first made ready. */
@FunctionalInterface
public interface Runtimes {
  /**
   * A runtime, which the caller closes.
   *
   * @param language never SQL, which SQLite runs, nor WAT, which the runtime of WASM takes
   * @param audit takes what the runtime denies and kills
   * @return empty where functions of that language cannot run here
   */
  Optional<FunctionRuntime> make(Language language, AuditSink audit);

  /** Those that are part of Sextant. */
  static Runtimes builtIn() {
    return (language, audit) -> Optional.empty();
  }
}
