package dev.sextant.udf.wasm.binary;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reading of value types. */
final class NumberTypes {
  private NumberTypes() {}

  static NumberType read(ByteReader in) {
    int at = in.position();
    int code = in.readByte();
    Optional<NumberType> type = NumberType.of(code);
    if (type.isEmpty()) {
      throw in.refused(
          at, "value type 0x" + Integer.toHexString(code) + "; i32, i64, f32 and f64 are allowed");
    }
    return type.get();
  }

  static List<NumberType> read(ByteReader in, int limit, String what) {
    int count = in.readCount(what, limit);
    List<NumberType> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      types.add(read(in));
    }
    return types;
  }
}
