package dev.sextant.sql.run;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.plan.ParameterSource;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.VectorCodec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Vectors as users and queries give them. */
final class VectorValues {
  private VectorValues() {}

  /** What a user bound, as bytes. */
  static byte @Nullable [] bound(ParameterSource.UserVector target, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    String what =
        target.target() == null
            ? "Parameter " + (target.index() + 1)
            : "Vector column \"" + target.target() + "\"";
    float[] vector =
        switch (value) {
          case byte[] blob -> VectorCodec.decode(blob);
          case String text -> VectorCodec.parse(text);
          default ->
              throw new SextantException(
                  ErrorCode.INVALID_VECTOR,
                  what
                      + " expects a vector but parameter "
                      + (target.index() + 1)
                      + " is a number. Bind a float[], a text such as '[1,2,3]', or bytes.");
        };
    if (target.dimensions() > 0) {
      VectorCodec.requireDimensions(vector, target.dimensions(), what);
    }
    VectorCodec.requireFinite(vector);
    return value instanceof byte[] blob ? blob : VectorCodec.encode(vector);
  }

  /** What a query gives in its first column. */
  static byte[] first(SqliteStatement row) {
    byte[] blob =
        row.type(0) == SqliteStatement.BLOB
            ? row.getBlob(0)
            : VectorCodec.encode(VectorCodec.parse(String.valueOf(row.getText(0))));
    return Objects.requireNonNull(blob);
  }
}
