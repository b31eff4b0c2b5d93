package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Searches in FROM with parameters, and the types of their columns. */
final class KnnFunctionTest {
  private final Connection connection;

  KnnFunctionTest() throws SQLException {
    connection = DriverManager.getConnection("jdbc:sextant::memory:");
  }

  @BeforeEach
  void fill() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE d(id INTEGER PRIMARY KEY, emb VECTOR(2))");
      statement.execute(
          "INSERT INTO d WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
              + " WHERE i < 100) SELECT i, '[' || i || ',0]' FROM n");
      statement.execute("CREATE INDEX d_l2 ON d USING hnsw (emb vector_l2_ops)");
    }
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  @Test
  void takesParametersForVectorAndNumbers() throws SQLException {
    try (PreparedStatement search =
        connection.prepareStatement(
            "SELECT rowid FROM knn('d_l2', ?, k => :k, ef_search => :ef) ORDER BY distance")) {
      for (int k = 0; k < 5; k++) {
        search.setObject(1, new float[] {50 + k, 0});
        search.setInt(2, k);
        search.setInt(3, 100);
        try (ResultSet rows = search.executeQuery()) {
          for (int i = 0; i < k; i++) {
            assertThat(rows.next()).isTrue();
            assertThat(Math.abs(rows.getLong(1) - 50 - k)).isEqualTo((i + 1) / 2);
          }
          assertThat(rows.next()).isFalse();
        }
      }
    }
  }

  @Test
  void refusesParametersOutOfTheirRange() throws SQLException {
    try (PreparedStatement search =
        connection.prepareStatement("SELECT * FROM knn('d_l2', '[1,2]', ?, ?)")) {
      search.setInt(1, -1);
      search.setInt(2, 100);
      assertThatThrownBy(search::executeQuery).hasMessageContaining("0 or more");
      search.setInt(1, 1);
      search.setInt(2, 0);
      assertThatThrownBy(search::executeQuery).hasMessageContaining("from 1 to 10000");
      search.setInt(2, 10);
      search.setNull(1, Types.INTEGER);
      assertThatThrownBy(search::executeQuery).hasMessageContaining("whole number");
    }
  }

  @Test
  void itsColumnsHaveTypes() throws SQLException {
    try (PreparedStatement search =
        connection.prepareStatement("SELECT s.*, d.id FROM knn('d_l2', '[1,2]') s, d")) {
      ResultSetMetaData columns = search.getMetaData();
      assertThat(columns.getColumnName(1)).isEqualTo("rowid");
      assertThat(columns.getColumnTypeName(1)).isEqualTo("INTEGER");
      assertThat(columns.getColumnTypeName(2)).isEqualTo("REAL");
      assertThat(columns.getColumnTypeName(3)).isEqualTo("REAL");
      assertThat(columns.getColumnTypeName(4)).isEqualTo("INTEGER");
    }
  }
}
