package dev.sextant.udf.wasm.binary;

import java.util.Locale;
import java.util.Optional;

/** What a value of a module is. */
public enum NumberType {
  /** 32 bits. */
  I32(0x7F),
  /** 64 bits. */
  I64(0x7E),
  /** A float. */
  F32(0x7D),
  /** A double. */
  F64(0x7C);

  private final int code;

  NumberType(int code) {
    this.code = code;
  }

  /** The byte that stands for it. */
  public int code() {
    return code;
  }

  /** The type of a byte. */
  public static Optional<NumberType> of(int code) {
    for (NumberType type : values()) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The type of a name as it stands in the text form. */
  public static Optional<NumberType> named(String name) {
    for (NumberType type : values()) {
      if (type.toString().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
