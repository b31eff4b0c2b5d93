package dev.sextant.udf.wasm;

import dev.sextant.udf.Column;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Adds what a function gave to the column of results, and checks that it is a value. */
final class Results {
  private final Guest guest;
  private final ValueType type;
  private final long outputBytes;

  Results(Guest guest) {
    this.guest = guest;
    this.type = guest.definition().result();
    this.outputBytes = guest.definition().profile().limits().outputBytes();
  }

  /** Adds numbers, NULL where a flag says so. */
  void addNumbers(long[] values, boolean[] nulls, int rows, Column result) {
    requireOutput(result.byteSize() + 8L * rows);
    if (type == ValueType.BOOLEAN) {
      for (int row = 0; row < rows; row++) {
        values[row] = values[row] == 0 ? 0 : 1;
      }
    }
    int from = 0;
    while (from < rows) {
      int to = from;
      while (to < rows && !nulls[to]) {
        to++;
      }
      result.addNumbers(values, from, to);
      if (to < rows) {
        result.addNull();
      }
      from = to + 1;
    }
  }

  /** Adds bytes that lie in the function's memory. */
  void addBytes(long address, long length, Column result) {
    requireOutput(result.byteSize() + length);
    byte[] bytes = guest.read(address, length);
    switch (type) {
      case TEXT -> requireUtf8(bytes);
      case VECTOR -> canonicalize(bytes);
      case INTEGER, REAL, BOOLEAN, BLOB -> {}
    }
    result.addBytes(bytes, 0, bytes.length);
  }

  private void requireOutput(long bytes) {
    if (bytes > outputBytes) {
      throw new UdfException(
          Failure.OUTPUT,
          String.format(
              Locale.ROOT,
              "%s gave %d bytes of results for one batch of rows; the profile %s allows %d. Give"
                  + " shorter results or raise the profile's output.",
              guest.title(),
              bytes,
              guest.definition().profile().name(),
              outputBytes));
    }
  }

  private void requireUtf8(byte[] bytes) {
    for (byte next : bytes) {
      if (next < 0) {
        try {
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
          return;
        } catch (CharacterCodingException e) {
          throw new UdfException(
              Failure.TRAP,
              guest.title() + " gave a TEXT that is not UTF-8. Return a BLOB for other bytes.",
              e);
        }
      }
    }
  }

  /** Makes every NaN of a vector the same one. */
  private void canonicalize(byte[] bytes) {
    if (bytes.length % Float.BYTES != 0) {
      throw new UdfException(
          Failure.TRAP,
          guest.title()
              + " gave a VECTOR of "
              + bytes.length
              + " bytes; expected 4 for each float.");
    }
    ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < bytes.length; i += Float.BYTES) {
      float value = floats.getFloat(i);
      if (Float.isNaN(value)) {
        floats.putInt(i, Float.floatToIntBits(value));
      }
    }
  }
}
