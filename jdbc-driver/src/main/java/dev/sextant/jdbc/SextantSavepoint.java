package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/** A savepoint of one connection, with a name or a number. */
final class SextantSavepoint implements Savepoint {
  private final SextantConnection connection;
  private final int id;
  private final @Nullable String name;

  SextantSavepoint(SextantConnection connection, int id, @Nullable String name) {
    this.connection = connection;
    this.id = id;
    this.name = name;
  }

  SextantConnection connection() {
    return connection;
  }

  /** What the session calls it. */
  String sessionName() {
    return name == null ? "sextant_savepoint_" + id : name;
  }

  @Override
  public int getSavepointId() throws SQLException {
    if (name != null) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER, "Savepoint \"" + name + "\" has a name and no number.");
    }
    return id;
  }

  @Override
  public String getSavepointName() throws SQLException {
    if (name == null) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER, "Savepoint " + id + " has a number and no name.");
    }
    return name;
  }
}
