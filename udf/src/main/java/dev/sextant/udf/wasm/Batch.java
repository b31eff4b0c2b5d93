package dev.sextant.udf.wasm;

import dev.sextant.udf.Column;
import java.util.List;

/** The way in which a function takes a batch of rows. For one instance, on one thread. */
interface Batch {
  /**
   * How many bytes of arguments lie in the function's memory at a time, unless a single row has
   * more: as much as stays in the processor's nearer caches.
   */
  int CHUNK_BYTES = 256 << 10;

  /** Calls the function for all rows and adds what it gives to an empty column. */
  void run(List<Column> arguments, int rows, Column result);

  /** The row behind the last one of a chunk, which has at least one row. */
  static int chunkEnd(List<Column> arguments, int from, int rows) {
    long bytes = 0;
    int row = from;
    while (row < rows) {
      for (Column column : arguments) {
        bytes += column.type().isNumber() ? 8 : column.end(row) - column.start(row);
      }
      if (bytes > CHUNK_BYTES && row > from) {
        return row;
      }
      row++;
    }
    return row;
  }
}
