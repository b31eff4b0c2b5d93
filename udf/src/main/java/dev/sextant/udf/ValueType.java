package dev.sextant.udf;

import java.util.Locale;
import java.util.Optional;

/** What a function takes and gives. Every value may also be NULL. */
public enum ValueType {
  /** 64 bits, signed. */
  INTEGER,
  /** A double. */
  REAL,
  /** UTF-8. */
  TEXT,
  /** Bytes. */
  BLOB,
  /** False or true. */
  BOOLEAN,
  /** Floats of 32 bits, little-endian, as vector columns hold them. */
  VECTOR;

  /** Whether values are of 8 bytes each; else they are bytes of any number. */
  public boolean isNumber() {
    return this == INTEGER || this == REAL || this == BOOLEAN;
  }

  /** The type of that name in any case; empty for a name that is none. */
  public static Optional<ValueType> of(String name) {
    for (ValueType type : values()) {
      if (type.name().equals(name.toUpperCase(Locale.ROOT))) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
