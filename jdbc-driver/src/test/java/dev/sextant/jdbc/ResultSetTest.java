package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLSyntaxErrorException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading values: conversions that keep them, and failures where they would not be kept. */
class ResultSetTest {
  private Connection connection;
  private Statement statement;

  @BeforeEach
  void open() throws SQLException {
    connection = DriverManager.getConnection("jdbc:sextant::memory:");
    statement = connection.createStatement();
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private ResultSet row(String sql) throws SQLException {
    ResultSet row = statement.executeQuery(sql);
    assertThat(row.next()).isTrue();
    return row;
  }

  @Test
  void numbersConvertWithinTheirRange() throws SQLException {
    ResultSet row = row("SELECT 127, 1.9, '42', '3.5', 9007199254740993, NULL");
    assertThat(row.getByte(1)).isEqualTo((byte) 127);
    assertThat(row.getInt(2)).isEqualTo(1);
    assertThat(row.getLong(3)).isEqualTo(42);
    assertThat(row.getDouble(4)).isEqualTo(3.5);
    assertThat(row.getBigDecimal(5)).isEqualTo(new BigDecimal("9007199254740993"));
    assertThat(row.getObject(5, BigInteger.class)).isEqualTo(9007199254740993L);
    assertThat(row.getInt(6)).isZero();
    assertThat(row.wasNull()).isTrue();
    assertThat(row.getInt(1)).isEqualTo(127);
    assertThat(row.wasNull()).isFalse();
    assertThat(row.getObject(6)).isNull();
    assertThat(row.getObject(6, LocalDate.class)).isNull();
  }

  @Test
  void aNumberTooLargeIsAnErrorNotATruncation() throws SQLException {
    ResultSet row = row("SELECT 300 AS a, 3000000000 AS b, 1e300 AS c");
    for (ThrowingRead read :
        new ThrowingRead[] {
          () -> row.getByte("a"),
          () -> row.getInt("b"),
          () -> row.getLong("c"),
          () -> row.getFloat("c"),
          () -> row.getObject("b", Integer.class)
        }) {
      assertThatThrownBy(read::run)
          .isInstanceOf(SQLDataException.class)
          .hasFieldOrPropertyWithValue("SQLState", "22003")
          .hasMessageContaining("does not fit");
    }
  }

  private interface ThrowingRead {
    void run() throws SQLException;
  }

  @Test
  void aTextThatIsNoNumberIsAnError() throws SQLException {
    ResultSet row = row("SELECT 'twelve' AS n");
    assertThatThrownBy(() -> row.getInt(1))
        .isInstanceOf(SQLDataException.class)
        .hasFieldOrPropertyWithValue("SQLState", "22000")
        .hasMessageContaining("Column 1 (\"n\")")
        .hasMessageContaining("not a number");
    assertThatThrownBy(() -> row.getBoolean(1)).hasMessageContaining("not a boolean");
    assertThat(row.getString(1)).isEqualTo("twelve");
  }

  @Test
  void booleansAreNumbersAndWords() throws SQLException {
    ResultSet row = row("SELECT 0, 1, 'true', 'F', 0.5");
    assertThat(row.getBoolean(1)).isFalse();
    assertThat(row.getBoolean(2)).isTrue();
    assertThat(row.getBoolean(3)).isTrue();
    assertThat(row.getBoolean(4)).isFalse();
    assertThat(row.getBoolean(5)).isTrue();
  }

  @Test
  void timesAreReadFromIsoText() throws SQLException {
    ResultSet row =
        row(
            "SELECT '2024-05-01', '13:45:30.25', '2024-05-01 13:45:30', '2024-05-01T13:45:30Z',"
                + " 1714571130, 'soon'");
    assertThat(row.getObject(1, LocalDate.class)).isEqualTo(LocalDate.of(2024, 5, 1));
    assertThat(row.getDate(1)).isEqualTo(java.sql.Date.valueOf("2024-05-01"));
    assertThat(row.getObject(2, LocalTime.class)).isEqualTo(LocalTime.of(13, 45, 30, 250_000_000));
    assertThat(row.getObject(3, LocalDateTime.class))
        .isEqualTo(LocalDateTime.of(2024, 5, 1, 13, 45, 30));
    assertThat(row.getTimestamp(3)).isEqualTo(Timestamp.valueOf("2024-05-01 13:45:30"));
    assertThat(row.getObject(4, Instant.class)).isEqualTo(Instant.parse("2024-05-01T13:45:30Z"));
    assertThat(row.getObject(4, OffsetDateTime.class))
        .isEqualTo(OffsetDateTime.parse("2024-05-01T13:45:30Z"));
    assertThatThrownBy(() -> row.getTimestamp(5))
        .hasFieldOrPropertyWithValue("SQLState", "22007")
        .hasMessageContaining("getLong");
    assertThat(row.getLong(5)).isEqualTo(1714571130L);
    assertThatThrownBy(() -> row.getDate(6))
        .hasFieldOrPropertyWithValue("SQLState", "22007")
        .hasMessageContaining("ISO-8601");
  }

  @Test
  void declaredTypesDecideWhatGetObjectGives() throws SQLException {
    statement.execute(
        "CREATE TABLE t (a INTEGER, b INT, c BOOLEAN, d DECIMAL(10,2), e DATE, f TEXT, g BLOB,"
            + " h REAL, i TIMESTAMP)");
    statement.execute(
        "INSERT INTO t VALUES (1, 2, 1, '3.25', '2024-05-01', 'x', x'0102', 1.5,"
            + " '2024-05-01 01:02:03')");
    ResultSet row = row("SELECT * FROM t");
    assertThat(row.getObject(1)).isEqualTo(1L);
    assertThat(row.getObject(2)).isEqualTo(2);
    assertThat(row.getObject(3)).isEqualTo(true);
    assertThat(row.getObject(4)).isEqualTo(new BigDecimal("3.25"));
    assertThat(row.getObject(5)).isEqualTo(java.sql.Date.valueOf("2024-05-01"));
    assertThat(row.getObject(6)).isEqualTo("x");
    assertThat(row.getObject(7)).isEqualTo(new byte[] {1, 2});
    assertThat(row.getObject(8)).isEqualTo(1.5);
    assertThat(row.getObject(9)).isEqualTo(Timestamp.valueOf("2024-05-01 01:02:03"));
    ResultSetMetaData meta = row.getMetaData();
    int[] types = {
      Types.BIGINT,
      Types.INTEGER,
      Types.BOOLEAN,
      Types.NUMERIC,
      Types.DATE,
      Types.VARCHAR,
      Types.LONGVARBINARY,
      Types.DOUBLE,
      Types.TIMESTAMP
    };
    for (int i = 1; i <= types.length; i++) {
      assertThat(meta.getColumnType(i)).as(meta.getColumnName(i)).isEqualTo(types[i - 1]);
      assertThat(row.getObject(i)).isInstanceOf(classOf(meta.getColumnClassName(i)));
    }
    assertThat(meta.getPrecision(4)).isEqualTo(10);
    assertThat(meta.getScale(4)).isEqualTo(2);
    assertThat(meta.getTableName(1)).isEqualTo("t");
  }

  private static Class<?> classOf(String name) {
    return name.equals("[B") ? byte[].class : loaded(name);
  }

  private static Class<?> loaded(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException missing) {
      throw new AssertionError(missing);
    }
  }

  @Test
  void aVectorReadsAsFloatsTextAndBytes() throws SQLException {
    statement.execute("CREATE TABLE v (id INTEGER PRIMARY KEY, e VECTOR(3))");
    try (var insert = connection.prepareStatement("INSERT INTO v (e) VALUES (?)")) {
      insert.setObject(1, new float[] {1, 0.5f, -2});
      insert.executeUpdate();
    }
    ResultSet row = row("SELECT e FROM v");
    assertThat(row.getObject(1)).isEqualTo(new float[] {1, 0.5f, -2});
    assertThat(row.getObject(1, float[].class)).hasSize(3);
    assertThat(row.getString(1)).isEqualTo("[1,0.5,-2]");
    assertThat(row.getBytes(1)).hasSize(12).startsWith(0, 0, 0x80, 0x3f);
    assertThat(row.getMetaData().getColumnTypeName(1)).isEqualTo("VECTOR(3)");
    assertThat(row.getMetaData().getColumnType(1)).isEqualTo(Types.OTHER);
    assertThat(row.getMetaData().getColumnClassName(1)).isEqualTo("[F");
  }

  @Test
  void anExpressionIsDescribedByItsFirstValue() throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT count(*) AS n, 'x' AS s")) {
      assertThat(rows.getMetaData().getColumnType(1)).isEqualTo(Types.BIGINT);
      assertThat(rows.getMetaData().getColumnTypeName(2)).isEqualTo("TEXT");
      assertThat(rows.isBeforeFirst()).isTrue();
      assertThat(rows.next()).isTrue();
      assertThat(rows.getLong("N")).isEqualTo(1);
      assertThat(rows.next()).isFalse();
      assertThat(rows.isAfterLast()).isTrue();
    }
  }

  @Test
  void columnsAreFoundWhateverTheirCase() throws SQLException {
    ResultSet row = row("SELECT 1 AS Alpha, 2 AS alpha, 3 AS beta");
    assertThat(row.getInt("ALPHA")).isEqualTo(1);
    assertThat(row.findColumn("Beta")).isEqualTo(3);
    assertThatThrownBy(() -> row.getInt("gamma"))
        .isInstanceOf(SQLSyntaxErrorException.class)
        .hasFieldOrPropertyWithValue("SQLState", "42703")
        .hasMessageContaining("Alpha, alpha, beta");
    assertThatThrownBy(() -> row.getInt(4))
        .hasFieldOrPropertyWithValue("SQLState", "42703")
        .hasMessageContaining("1 to 3");
  }

  @Test
  void streamsAndLobsHoldTheWholeValue() throws Exception {
    ResultSet row = row("SELECT 'héllo', x'010203', '" + new UUID(1, 2) + "'");
    assertThat(row.getCharacterStream(1).readAllAsString()).isEqualTo("héllo");
    assertThat(row.getBytes(1)).isEqualTo("héllo".getBytes(StandardCharsets.UTF_8));
    assertThat(row.getBinaryStream(2)).hasBinaryContent(new byte[] {1, 2, 3});
    assertThat(row.getClob(1).getSubString(2, 3)).isEqualTo("éll");
    Blob blob = row.getBlob(2);
    assertThat(blob.length()).isEqualTo(3);
    assertThat(blob.position(new byte[] {2, 3}, 1)).isEqualTo(2);
    assertThat(row.getObject(3, UUID.class)).isEqualTo(new UUID(1, 2));
  }

  @Test
  void rowsAreLimited() throws SQLException {
    statement.setMaxRows(3);
    statement.setFetchSize(100);
    ResultSet rows = statement.executeQuery("SELECT value FROM json_each('[1,2,3,4,5]')");
    int seen = 0;
    while (rows.next()) {
      seen++;
      assertThat(rows.getRow()).isEqualTo(seen);
    }
    assertThat(seen).isEqualTo(3);
  }

  @Test
  void whatAResultCannotDoSaysSo() throws SQLException {
    ResultSet row = row("SELECT 1");
    assertThatThrownBy(row::previous)
        .isInstanceOf(SQLFeatureNotSupportedException.class)
        .hasFieldOrPropertyWithValue("SQLState", "0A000")
        .hasMessageContaining("forward only");
    assertThatThrownBy(() -> row.updateInt(1, 2))
        .isInstanceOf(SQLFeatureNotSupportedException.class)
        .hasMessageContaining("read-only");
  }

  @Test
  void readingOutsideOfARowSaysWhichSide() throws SQLException {
    ResultSet rows = statement.executeQuery("SELECT 1");
    assertThatThrownBy(() -> rows.getInt(1)).hasMessageContaining("before its first row");
    assertThat(rows.next()).isTrue();
    assertThat(rows.next()).isFalse();
    assertThatThrownBy(() -> rows.getInt(1)).hasMessageContaining("past its last row");
  }
}
