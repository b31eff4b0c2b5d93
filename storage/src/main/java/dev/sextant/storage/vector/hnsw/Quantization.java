package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;

/** What a search of the graph compares before the best candidates are compared in float32. */
public enum Quantization {
  /** The float32 vectors themselves. */
  NONE("none"),
  /** One byte a dimension. */
  INT8("int8"),
  /** One bit a dimension, after a random rotation. */
  RABITQ("rabitq");

  private final String label;

  Quantization(String label) {
    this.label = label;
  }

  /** The word in {@code WITH (quantization='...')}. */
  public String label() {
    return label;
  }

  /** The quantization called {@code label}, or an error that lists them. */
  public static Quantization parse(String label) {
    for (Quantization value : values()) {
      if (value.label.equalsIgnoreCase(label)) {
        return value;
      }
    }
    throw new StorageException(
        Kind.PARAMETER,
        "Index option quantization expects none, int8 or rabitq but got \"" + label + "\".");
  }
}
