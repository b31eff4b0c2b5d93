package dev.sextant.sql.compile;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * Vector types inside Calcite: {@code VARBINARY(4 n)} is a vector of n dimensions. No other value
 * has that type there, since all others are ANY.
 */
final class VectorTypes {

  private VectorTypes() {}

  /** The type of a column. */
  static RelDataType of(RelDataTypeFactory types, int dimensions) {
    RelDataType type =
        dimensions > 0
            ? types.createSqlType(SqlTypeName.VARBINARY, 4 * dimensions)
            : types.createSqlType(SqlTypeName.ANY);
    return types.createTypeWithNullability(type, true);
  }

  /** The dimensions of a type; 0 where it is no vector. */
  static int dimensions(RelDataType type) {
    return type.getSqlTypeName() == SqlTypeName.VARBINARY ? type.getPrecision() / 4 : 0;
  }
}
