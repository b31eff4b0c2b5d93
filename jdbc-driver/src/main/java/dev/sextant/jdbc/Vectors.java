package dev.sextant.jdbc;

import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.vector.VectorCodec;
import java.sql.SQLException;

/** A vector's three forms, with JDBC's errors. */
final class Vectors {

  private Vectors() {}

  static float[] fromBytes(byte[] bytes) throws SQLException {
    try {
      return VectorCodec.decode(bytes);
    } catch (StorageException malformed) {
      throw Errors.of(SextantException.of(malformed));
    }
  }

  static float[] fromText(String text) throws SQLException {
    try {
      return VectorCodec.parse(text);
    } catch (StorageException malformed) {
      throw Errors.of(SextantException.of(malformed));
    }
  }

  static String toText(float[] vector) {
    return VectorCodec.format(vector);
  }
}
