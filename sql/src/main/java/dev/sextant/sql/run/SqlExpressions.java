package dev.sextant.sql.run;

import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * A function in SQL is not written into the statement that calls it: SQLite would compute an
 * argument again for each place where the parameter stands, random() with another value each time.
 * Its expression is a statement of its own, prepared once a session, whose parameters are the
 * arguments. SQLite runs a statement inside the call of a function of another on one connection.
 */
/** Functions in SQL on one session's connection. */
final class SqlExpressions implements AutoCloseable {
  private final SqliteConnection connection;
  private final Map<FunctionDefinition, SqliteStatement> statements = new HashMap<>();

  SqlExpressions(SqliteConnection connection) {
    this.connection = connection;
  }

  /** The statement that computes a function, without an end: {@code SELECT (…) FROM (…)}. */
  static String statement(UserFunction function) {
    return "SELECT (" + function.definition().source() + "\n)" + parameters(function);
  }

  /** The arguments as columns. */
  static String parameters(UserFunction function) {
    StringBuilder columns = new StringBuilder();
    for (String name : function.parameterNames()) {
      columns.append(columns.isEmpty() ? " FROM (SELECT " : ", ");
      columns.append("? AS \"").append(name.replace("\"", "\"\"")).append('"');
    }
    return columns.isEmpty() ? "" : columns.append(')').toString();
  }

  /**
   * Opens a function.
   *
   * @param functions all of the same version of the schema
   * @throws dev.sextant.engine.error.SextantException {@code 42P13} where the file holds what
   *     CREATE FUNCTION would have refused
   */
  FunctionRuntime.Instance open(UserFunction function, FunctionSet functions) {
    SqliteStatement statement = statements.get(function.definition());
    if (statement == null) {
      new ExpressionCheck(connection, functions, function).run();
      statement = connection.prepare(statement(function));
      statements.put(function.definition(), statement);
    }
    return new Expression(function, statement);
  }

  /** Forgets all statements. */
  @Override
  public void close() {
    statements.values().forEach(SqliteStatement::close);
    statements.clear();
  }

  private record Expression(UserFunction function, SqliteStatement statement)
      implements FunctionRuntime.Instance {
    @Override
    public void call(List<Column> arguments, int rows, Column result) {
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < arguments.size(); i++) {
          statement.bind(i + 1, value(arguments.get(i), row));
        }
        try {
          statement.step();
          add(result);
        } finally {
          statement.reset();
        }
      }
    }

    private static @Nullable Object value(Column column, int row) {
      if (column.isNull(row)) {
        return null;
      }
      return switch (column.type()) {
        case INTEGER, BOOLEAN -> column.getLong(row);
        case REAL -> column.getDouble(row);
        case TEXT -> column.getText(row);
        case BLOB, VECTOR -> column.getBytes(row);
      };
    }

    private void add(Column result) {
      int is = statement.type(0);
      if (is == SqliteStatement.NULL) {
        result.addNull();
        return;
      }
      boolean number = is == SqliteStatement.INTEGER || is == SqliteStatement.REAL;
      boolean fits =
          switch (result.type()) {
            case INTEGER -> is == SqliteStatement.INTEGER || isWhole(is);
            case REAL, BOOLEAN -> number;
            case TEXT -> is == SqliteStatement.TEXT;
            case BLOB, VECTOR -> is == SqliteStatement.BLOB;
          };
      if (!fits) {
        throw new UdfException(
            Failure.TRAP,
            "Function "
                + function.signature()
                + " declares "
                + result.type()
                + " and gave "
                + storageClass(is)
                + ". CAST its result, or declare another type.");
      }
      switch (result.type()) {
        case INTEGER -> result.addLong(statement.getLong(0));
        case BOOLEAN -> result.addLong(statement.getDouble(0) == 0 ? 0 : 1);
        case REAL -> result.addDouble(statement.getDouble(0));
        case TEXT -> result.addText(String.valueOf(statement.getText(0)));
        case BLOB, VECTOR -> {
          byte[] bytes = java.util.Objects.requireNonNull(statement.getBlob(0));
          result.addBytes(bytes, 0, bytes.length);
        }
      }
    }

    private boolean isWhole(int is) {
      return is == SqliteStatement.REAL
          && statement.getDouble(0) == Math.rint(statement.getDouble(0))
          && Math.abs(statement.getDouble(0)) < 0x1p63;
    }

    private static ValueType storageClass(int is) {
      return switch (is) {
        case SqliteStatement.INTEGER -> ValueType.INTEGER;
        case SqliteStatement.REAL -> ValueType.REAL;
        case SqliteStatement.BLOB -> ValueType.BLOB;
        default -> ValueType.TEXT;
      };
    }

    @Override
    public void close() {
      statement.reset();
    }
  }
}
