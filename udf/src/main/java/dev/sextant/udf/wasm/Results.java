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
    guest.requireInside(address, length);
    ByteBuffer bytes =
        ByteBuffer.wrap(guest.memory().bytes(), (int) address, (int) length)
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case TEXT -> requireUtf8(bytes);
      case VECTOR -> bytes = canonical(bytes);
      case INTEGER, REAL, BOOLEAN, BLOB -> {}
    }
    result.addBytes(bytes.array(), bytes.position(), (int) length);
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

  private void requireUtf8(ByteBuffer bytes) {
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      if (bytes.get(i) < 0) {
        try {
          StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate());
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

  /** The floats themselves, or where one is NaN a copy in which every NaN is the same one. */
  private ByteBuffer canonical(ByteBuffer floats) {
    if (floats.remaining() % Float.BYTES != 0) {
      throw new UdfException(
          Failure.TRAP,
          guest.title()
              + " gave a VECTOR of "
              + floats.remaining()
              + " bytes; expected 4 for each float.");
    }
    for (int i = floats.position(); i < floats.limit(); i += Float.BYTES) {
      if (Float.isNaN(floats.getFloat(i))) {
        ByteBuffer copy = ByteBuffer.allocate(floats.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        while (floats.hasRemaining()) {
          copy.putInt(Float.floatToIntBits(floats.getFloat()));
        }
        return copy.flip();
      }
    }
    return floats;
  }
}
