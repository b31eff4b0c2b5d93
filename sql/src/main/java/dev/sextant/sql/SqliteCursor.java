package dev.sextant.sql;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.run.UserFunctions;
import dev.sextant.storage.sqlite.SqliteStatement;
import org.jspecify.annotations.Nullable;

/** The rows of a SQLite statement, streamed: one step per row. */
final class SqliteCursor implements RowCursor {
  private final PreparedSql statement;
  private final SqliteStatement sqlite;
  private boolean first = true;
  private boolean row;
  private boolean closed;

  SqliteCursor(PreparedSql statement, SqliteStatement sqlite, boolean row) {
    this.statement = statement;
    this.sqlite = sqlite;
    this.row = row;
  }

  @Override
  public boolean next() {
    if (first && !closed) {
      first = false;
      if (!row) {
        end();
      } else {
        statement.gaveRow();
      }
      return row;
    }
    return statement.owner().locked(this::step);
  }

  private boolean step() {
    if (closed) {
      throw new SextantException(ErrorCode.CONNECTION_CLOSED, "The result is closed.");
    }
    if (!row) {
      return false;
    }
    try (UserFunctions.Scope _ = statement.calling()) {
      row = sqlite.step();
    } catch (RuntimeException failure) {
      row = false;
      end();
      throw statement.explained(failure);
    }
    if (!row) {
      end();
    } else {
      statement.gaveRow();
    }
    return row;
  }

  private void requireRow() {
    if (first || !row || closed) {
      throw new SextantException(
          closed ? ErrorCode.CONNECTION_CLOSED : ErrorCode.INVALID_PARAMETER,
          closed ? "The result is closed." : "There is no current row; call next() first.");
    }
  }

  private void end() {
    sqlite.reset();
    statement.endRun();
  }

  @Override
  public Storage storage(int column) {
    requireRow();
    return storageOf(sqlite.type(column));
  }

  static Storage storageOf(int type) {
    return switch (type) {
      case SqliteStatement.INTEGER -> Storage.INTEGER;
      case SqliteStatement.REAL -> Storage.REAL;
      case SqliteStatement.TEXT -> Storage.TEXT;
      case SqliteStatement.BLOB -> Storage.BLOB;
      default -> Storage.NULL;
    };
  }

  @Override
  public long getLong(int column) {
    requireRow();
    return sqlite.getLong(column);
  }

  @Override
  public double getDouble(int column) {
    requireRow();
    return sqlite.getDouble(column);
  }

  @Override
  public @Nullable String getText(int column) {
    requireRow();
    return sqlite.getText(column);
  }

  @Override
  public byte @Nullable [] getBlob(int column) {
    requireRow();
    return sqlite.getBlob(column);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      statement.owner().exclusively(this::end);
    }
  }
}
