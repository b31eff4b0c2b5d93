package dev.sextant.sql.ast;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;

/** A type as written in SQLite's dialect, where any words are a type. */
public final class SqliteTypeSpec extends SqlTypeNameSpec {
  private final String text;

  /** A type such as {@code TEXT} or {@code VECTOR(3)}. */
  public SqliteTypeSpec(String text, SqlParserPos position) {
    super(new SqlIdentifier(text, position), position);
    this.text = text;
  }

  /** The type as written. */
  public String text() {
    return text;
  }

  @Override
  public RelDataType deriveType(SqlValidator validator) {
    return validator.getTypeFactory().createSqlType(SqlTypeName.ANY);
  }

  @Override
  public void unparse(SqlWriter writer, int leftPrec, int rightPrec) {
    writer.print(text);
  }

  @Override
  public boolean equalsDeep(SqlTypeNameSpec spec, Litmus litmus) {
    return (spec instanceof SqliteTypeSpec other && text.equalsIgnoreCase(other.text))
        ? litmus.succeed()
        : litmus.fail("types differ");
  }
}
