package dev.sextant.sql.run;

import dev.sextant.engine.embed.chunk.Chunk;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.storage.sqlite.ScalarFunction.Arguments;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions on one SQLite connection that give what CHUNK has cut. */
final class TextFunctions {
  private final Map<Long, Cut> cuts = new HashMap<>();
  private long lastHandle;

  /**
   * What one CHUNK has cut.
   *
   * @param numbers of the texts
   * @param chunks of all texts, one text after the other
   */
  record Cut(Map<String, Long> numbers, List<Chunk> chunks) {}

  /** Registers the functions. */
  TextFunctions(SqliteConnection connection) {
    connection.createFunction(VectorCalls.CHUNK, this::chunk);
    connection.createFunction(VectorCalls.TEXT, this::number);
  }

  /** Keeps what was cut for one execution. */
  long keep(Cut cut) {
    cuts.put(++lastHandle, cut);
    return lastHandle;
  }

  /** Forgets what was kept for an execution. */
  void release(long handle) {
    cuts.remove(handle);
  }

  /** {@code sextant_chunk(cut, index, field)}. */
  private @Nullable Object chunk(Arguments arguments) {
    Cut cut = cuts.get(arguments.getLong(0));
    if (cut == null) {
      return null;
    }
    Chunk chunk = cut.chunks().get((int) arguments.getLong(1));
    return switch ((int) arguments.getLong(2)) {
      case 0 -> (long) chunk.ordinal();
      case 1 -> chunk.text();
      case 2 -> (long) chunk.start();
      case 3 -> (long) chunk.end();
      default -> (long) chunk.tokens();
    };
  }

  /** {@code sextant_text(cut, text)}. */
  private @Nullable Object number(Arguments arguments) {
    Cut cut = cuts.get(arguments.getLong(0));
    if (cut == null || arguments.isNull(1)) {
      return null;
    }
    Long number = cut.numbers().get(arguments.getText(1));
    if (number == null) {
      throw new SextantException(
          ErrorCode.SERIALIZATION_FAILURE,
          "Another connection changed a text that CHUNK is to cut while the statement ran. Run it"
              + " again, or run it in a transaction.");
    }
    return number;
  }
}
