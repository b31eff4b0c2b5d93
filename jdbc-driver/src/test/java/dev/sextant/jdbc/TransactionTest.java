package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commit, rollback, savepoints and what other connections see of them. */
class TransactionTest {
  @TempDir Path folder;
  private Connection connection;
  private Connection other;

  @BeforeEach
  void open() throws SQLException {
    String url = "jdbc:sextant:" + folder.resolve("t.db") + "?busy_timeout=50";
    connection = DriverManager.getConnection(url);
    other = DriverManager.getConnection(url);
    run(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    other.close();
  }

  private static void run(Connection on, String sql) throws SQLException {
    try (Statement statement = on.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(Connection on) throws SQLException {
    try (Statement statement = on.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM t")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void rollbackUndoesAndCommitKeeps() throws SQLException {
    connection.setAutoCommit(false);
    run(connection, "INSERT INTO t VALUES (1)");
    assertThat(count(connection)).isEqualTo(1);
    assertThat(count(other)).isZero();
    connection.rollback();
    assertThat(count(connection)).isZero();
    run(connection, "INSERT INTO t VALUES (2)");
    connection.commit();
    assertThat(count(other)).isEqualTo(1);
  }

  @Test
  void switchingAutoCommitOnCommits() throws SQLException {
    connection.setAutoCommit(false);
    run(connection, "INSERT INTO t VALUES (1)");
    connection.setAutoCommit(true);
    assertThat(count(other)).isEqualTo(1);
    assertThatThrownBy(connection::commit).hasFieldOrPropertyWithValue("SQLState", "25000");
    assertThatThrownBy(connection::rollback).hasFieldOrPropertyWithValue("SQLState", "25000");
    assertThatThrownBy(connection::setSavepoint).hasFieldOrPropertyWithValue("SQLState", "25000");
  }

  @Test
  void closingRollsBack() throws SQLException {
    connection.setAutoCommit(false);
    run(connection, "INSERT INTO t VALUES (1)");
    connection.close();
    assertThat(count(other)).isZero();
  }

  @Test
  void savepointsNestWithAndWithoutNames() throws SQLException {
    connection.setAutoCommit(false);
    run(connection, "INSERT INTO t VALUES (1)");
    Savepoint first = connection.setSavepoint();
    run(connection, "INSERT INTO t VALUES (2)");
    Savepoint second = connection.setSavepoint("Second \"one\"");
    run(connection, "INSERT INTO t VALUES (3)");
    connection.rollback(second);
    assertThat(count(connection)).isEqualTo(2);
    connection.releaseSavepoint(second);
    connection.rollback(first);
    assertThat(count(connection)).isEqualTo(1);
    connection.commit();
    assertThat(count(other)).isEqualTo(1);
    assertThat(second.getSavepointName()).isEqualTo("Second \"one\"");
    assertThat(first.getSavepointId()).isPositive();
    assertThatThrownBy(first::getSavepointName).isInstanceOf(SQLException.class);
    assertThatThrownBy(second::getSavepointId).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> other.rollback(first))
        .hasFieldOrPropertyWithValue("SQLState", "25000");
  }

  @Test
  void aFailedStatementLeavesTheTransactionOpen() throws SQLException {
    connection.setAutoCommit(false);
    run(connection, "INSERT INTO t VALUES (1)");
    assertThatThrownBy(() -> run(connection, "INSERT INTO t VALUES (1)"))
        .isInstanceOf(SQLIntegrityConstraintViolationException.class)
        .hasFieldOrPropertyWithValue("SQLState", "23505");
    run(connection, "INSERT INTO t VALUES (2)");
    connection.commit();
    assertThat(count(other)).isEqualTo(2);
  }

  @Test
  void aSecondWriterIsToldThatTheDatabaseIsBusy() throws SQLException {
    connection.setAutoCommit(false);
    run(connection, "INSERT INTO t VALUES (1)");
    assertThatThrownBy(() -> run(other, "INSERT INTO t VALUES (2)"))
        .hasFieldOrPropertyWithValue("SQLState", "55P03");
    connection.commit();
    run(other, "INSERT INTO t VALUES (2)");
    assertThat(count(connection)).isEqualTo(2);
  }

  @Test
  void aWeakerIsolationIsRaisedWithAWarning() throws SQLException {
    connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    assertThat((Throwable) connection.getWarnings()).isNull();
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
    assertThat(connection.getWarnings().getMessage()).contains("SERIALIZABLE");
    assertThat(connection.getWarnings().getSQLState()).isEqualTo("01000");
    connection.clearWarnings();
    assertThat((Throwable) connection.getWarnings()).isNull();
    assertThatThrownBy(() -> connection.setTransactionIsolation(Connection.TRANSACTION_NONE))
        .hasFieldOrPropertyWithValue("SQLState", "22023");
  }

  @Test
  void aReadOnlyConnectionRefusesWrites() throws SQLException {
    connection.setReadOnly(true);
    assertThat(connection.isReadOnly()).isTrue();
    assertThatThrownBy(() -> run(connection, "INSERT INTO t VALUES (1)"))
        .hasFieldOrPropertyWithValue("SQLState", "25006");
    connection.setReadOnly(false);
    run(connection, "INSERT INTO t VALUES (1)");
    assertThat(count(other)).isEqualTo(1);
  }

  @Test
  void batchesRollBackWhole() throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.addBatch("INSERT INTO t VALUES (1)");
      statement.addBatch("INSERT INTO t VALUES (2)");
      statement.addBatch("UPDATE t SET id = id + 10");
      assertThat(statement.executeBatch()).containsExactly(1, 1, 2);
    }
    connection.rollback();
    assertThat(count(connection)).isZero();
  }

  @Test
  void holdabilityDecidesWhatCommitClosesOfResults() throws SQLException {
    for (int i = 0; i < 3; i++) {
      run(connection, "INSERT INTO t VALUES (" + i + ")");
    }
    connection.setAutoCommit(false);
    ResultSet held = connection.createStatement().executeQuery("SELECT id FROM t");
    assertThat(held.next()).isTrue();
    connection.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
    ResultSet closed = connection.createStatement().executeQuery("SELECT id FROM t");
    connection.commit();
    assertThat(closed.isClosed()).isTrue();
    assertThat(held.next()).isTrue();
    assertThat(held.getInt(1)).isEqualTo(1);
  }
}
