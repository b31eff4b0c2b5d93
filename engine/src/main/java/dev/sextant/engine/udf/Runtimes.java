package dev.sextant.engine.udf;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Language;
import dev.sextant.udf.wasm.WasmRuntime;
import dev.sextant.udf.worker.WorkerConfig;
import dev.sextant.udf.worker.WorkerRuntime;
import java.time.InstantSource;
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

  /**
   * Those that are part of Sextant.
   *
   * @param clock by which workers' deadlines are kept; only differences count
   */
  static Runtimes builtIn(InstantSource clock) {
    return (language, audit) ->
        switch (language) {
          case WASM -> Optional.of(new WasmRuntime());
          case JAVASCRIPT -> Optional.of(new WorkerRuntime(WorkerConfig.allowed(clock, audit)));
          case SQL, WAT -> Optional.empty();
        };
  }
}
