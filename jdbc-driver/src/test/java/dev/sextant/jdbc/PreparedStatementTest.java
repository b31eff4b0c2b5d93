package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Calendar;
import java.util.TimeZone;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Parameters, batches and generated keys. */
class PreparedStatementTest {
  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    connection = DriverManager.getConnection("jdbc:sextant::memory:");
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, x)");
    }
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  /** What SQLite stores for a Java value: its storage class and its text. */
  private String stored(@org.jspecify.annotations.Nullable Object value) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("SELECT typeof(?1), ?1")) {
      query.setObject(1, value);
      try (ResultSet row = query.executeQuery()) {
        assertThat(row.next()).isTrue();
        return row.getString(1) + " " + row.getString(2);
      }
    }
  }

  @Test
  void javaValuesHaveOneStoredForm() throws SQLException {
    assertThat(stored(null)).isEqualTo("null null");
    assertThat(stored(7)).isEqualTo("integer 7");
    assertThat(stored((short) 7)).isEqualTo("integer 7");
    assertThat(stored(true)).isEqualTo("integer 1");
    assertThat(stored(1.5f)).isEqualTo("real 1.5");
    assertThat(stored("x")).isEqualTo("text x");
    assertThat(stored(new BigDecimal("12.50"))).isEqualTo("real 12.5");
    assertThat(stored(new BigDecimal("12"))).isEqualTo("integer 12");
    assertThat(stored(new BigDecimal("0.1234567890123456789")))
        .isEqualTo("text 0.1234567890123456789");
    assertThat(stored(LocalDate.of(2024, 5, 1))).isEqualTo("text 2024-05-01");
    assertThat(stored(LocalTime.of(1, 2, 3))).isEqualTo("text 01:02:03");
    assertThat(stored(LocalDateTime.of(2024, 5, 1, 1, 2, 3, 4_000_000)))
        .isEqualTo("text 2024-05-01 01:02:03.004");
    assertThat(stored(OffsetDateTime.parse("2024-05-01T01:02:03+02:00")))
        .isEqualTo("text 2024-05-01 01:02:03+02:00");
    assertThat(stored(Instant.parse("2024-05-01T01:02:03Z")))
        .isEqualTo("text 2024-05-01 01:02:03Z");
    assertThat(stored(java.sql.Date.valueOf("2024-05-01"))).isEqualTo("text 2024-05-01");
    assertThat(stored(Timestamp.valueOf("2024-05-01 01:02:03")))
        .isEqualTo("text 2024-05-01 01:02:03");
    assertThat(stored(new UUID(0, 1))).isEqualTo("text 00000000-0000-0000-0000-000000000001");
    assertThatThrownBy(() -> stored(new Object()))
        .hasFieldOrPropertyWithValue("SQLState", "22023")
        .hasMessageContaining("java.lang.Object cannot be bound");
  }

  @Test
  void setObjectConvertsToTheTypeGiven() throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT typeof(?1), ?1, typeof(?2), ?2, typeof(?3), ?3")) {
      query.setObject(1, "12", Types.INTEGER);
      query.setObject(2, 12, Types.VARCHAR);
      query.setObject(3, "1.239", Types.DECIMAL, 2);
      try (ResultSet row = query.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString(1)).isEqualTo("integer");
        assertThat(row.getString(3)).isEqualTo("text");
        assertThat(row.getString(6)).isEqualTo("1.24");
      }
      assertThatThrownBy(() -> query.setObject(1, "twelve", Types.INTEGER))
          .hasFieldOrPropertyWithValue("SQLState", "22000");
    }
  }

  @Test
  void aCalendarSaysWhoseLocalTime() throws SQLException {
    Calendar tokyo = Calendar.getInstance(TimeZone.getTimeZone("Asia/Tokyo"));
    Timestamp at = Timestamp.from(Instant.parse("2024-05-01T00:00:00Z"));
    try (PreparedStatement query = connection.prepareStatement("SELECT ?")) {
      query.setTimestamp(1, at, tokyo);
      try (ResultSet row = query.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString(1)).isEqualTo("2024-05-01 09:00:00");
        assertThat(row.getTimestamp(1, tokyo)).isEqualTo(at);
      }
    }
  }

  @Test
  void streamsAreReadWhenBound() throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("SELECT ?, ?")) {
      query.setCharacterStream(1, new StringReader("hello"), 4);
      query.setBinaryStream(2, new ByteArrayInputStream(new byte[] {1, 2, 3}));
      try (ResultSet row = query.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString(1)).isEqualTo("hell");
        assertThat(row.getBytes(2)).containsExactly(1, 2, 3);
      }
    }
  }

  @Test
  void aMissingParameterIsNamed() throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("SELECT ?, ?")) {
      query.setInt(1, 1);
      assertThatThrownBy(query::executeQuery)
          .hasFieldOrPropertyWithValue("SQLState", "22023")
          .hasMessageContaining("Parameter 2 of 2");
      assertThatThrownBy(() -> query.setInt(3, 1)).hasMessageContaining("the statement has 2");
      assertThat(query.getParameterMetaData().getParameterCount()).isEqualTo(2);
      assertThat(query.getMetaData().getColumnCount()).isEqualTo(2);
      assertThatThrownBy(() -> query.executeQuery("SELECT 1")).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void batchesCountAndStopAtTheFirstFailure() throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO t (name) VALUES (?)")) {
      for (String name : new String[] {"a", "b", "a", "c"}) {
        insert.setString(1, name);
        insert.addBatch();
      }
      assertThatThrownBy(insert::executeBatch)
          .isInstanceOfSatisfying(
              BatchUpdateException.class,
              failure -> {
                assertThat(failure.getSQLState()).startsWith("23");
                assertThat(failure.getUpdateCounts()).containsExactly(1, 1);
                assertThat(failure.getMessage()).contains("Entry 3 of 4");
              });
      assertThat(insert.executeBatch()).isEmpty();
      insert.setString(1, "d");
      insert.addBatch();
      assertThat(insert.executeLargeBatch()).containsExactly(1);
    }
    assertThat(count()).isEqualTo(3);
  }

  private int count() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM t")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void generatedKeysOfAllRowsComeBack() throws SQLException {
    String sql = "INSERT INTO t (name) VALUES (?), (?);";
    try (PreparedStatement insert =
        connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
      insert.setString(1, "a");
      insert.setString(2, "b");
      assertThat(insert.executeUpdate()).isEqualTo(2);
      try (ResultSet keys = insert.getGeneratedKeys()) {
        assertThat(keys.getMetaData().getColumnName(1)).isEqualTo("id");
        assertThat(keys.next()).isTrue();
        assertThat(keys.getLong(1)).isEqualTo(1);
        assertThat(keys.next()).isTrue();
        assertThat(keys.getLong("id")).isEqualTo(2);
        assertThat(keys.next()).isFalse();
      }
      for (String name : new String[] {"c", "d"}) {
        insert.setString(1, name);
        insert.setString(2, name + name);
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).containsExactly(2, 2);
      try (ResultSet keys = insert.getGeneratedKeys()) {
        int seen = 0;
        while (keys.next()) {
          seen++;
        }
        assertThat(seen).isEqualTo(4);
      }
    }
  }

  @Test
  void generatedKeysCanBeNamed() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO t (name, x) VALUES ('a', 5)", new String[] {"X", "ID"});
      try (ResultSet keys = statement.getGeneratedKeys()) {
        assertThat(keys.next()).isTrue();
        assertThat(keys.getInt("x")).isEqualTo(5);
        assertThat(keys.getInt(2)).isEqualTo(1);
      }
      assertThatThrownBy(
              () ->
                  statement.executeUpdate(
                      "INSERT INTO t (name) VALUES ('b')", new String[] {"nam"}))
          .hasFieldOrPropertyWithValue("SQLState", "42703")
          .hasMessageContaining("did you mean \"name\"");
      statement.executeUpdate("INSERT INTO t (name) VALUES ('b')");
      assertThat(statement.getGeneratedKeys().next()).isFalse();
      statement.execute("CREATE TABLE plain (a)");
      statement.executeUpdate("INSERT INTO plain VALUES (1)", Statement.RETURN_GENERATED_KEYS);
      try (ResultSet keys = statement.getGeneratedKeys()) {
        assertThat(keys.next()).isTrue();
        assertThat(keys.getLong(1)).isEqualTo(1);
      }
    }
  }

  @Test
  void rowsAndCountsAreNotMixedUp() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.executeQuery("DELETE FROM t"))
          .hasMessageContaining("nothing was done");
      assertThatThrownBy(() -> statement.executeUpdate("SELECT 1"))
          .hasMessageContaining("executeQuery");
      assertThatThrownBy(() -> statement.execute("SELECT ?"))
          .hasMessageContaining("prepareStatement");
      assertThat(statement.execute("INSERT INTO t (name) VALUES ('x') RETURNING id, name"))
          .isTrue();
      assertThat(statement.getUpdateCount()).isEqualTo(-1);
      assertThat(statement.getResultSet().next()).isTrue();
      assertThat(statement.getResultSet().getString("name")).isEqualTo("x");
      assertThat(statement.getMoreResults()).isFalse();
      assertThat(statement.execute("UPDATE t SET x = 1")).isFalse();
      assertThat(statement.getUpdateCount()).isEqualTo(1);
      assertThat(statement.getResultSet()).isNull();
    }
  }

  @Test
  void escapesAreWrittenOut() throws SQLException {
    assertThat(connection.nativeSQL("SELECT {d '2024-05-01'}, '{d}', {fn ucase({fn lcase('A')})}"))
        .isEqualTo("SELECT  '2024-05-01', '{d}', upper(lower('A'))");
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT {fn ucase('a')}, {ts '2024-05-01 01:02:03'} -- {fn no}\n"
                    + "FROM {oj t a LEFT OUTER JOIN t b ON a.id = b.id} WHERE 1 = 0"
                    + " UNION ALL SELECT 'A', {t '01:02:03'}")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getString(1)).isEqualTo("A");
      assertThat(row.getString(2)).isEqualTo("01:02:03");
    }
    assertThatThrownBy(() -> connection.nativeSQL("{call p(1)}"))
        .hasFieldOrPropertyWithValue("SQLState", "0A000");
    assertThatThrownBy(() -> connection.nativeSQL("SELECT {d '2024-05-01'"))
        .hasFieldOrPropertyWithValue("SQLState", "42601");
  }

  @Test
  void vectorsAreBoundInThreeForms() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE v (id INTEGER PRIMARY KEY, e VECTOR(2))");
    }
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO v (e) VALUES (?)")) {
      insert.setObject(1, new float[] {1, 2});
      insert.executeUpdate();
      insert.setBytes(1, new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40});
      insert.executeUpdate();
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT e FROM v")) {
      while (rows.next()) {
        assertThat(rows.getString(1)).isEqualTo("[1,2]");
      }
    }
  }
}
