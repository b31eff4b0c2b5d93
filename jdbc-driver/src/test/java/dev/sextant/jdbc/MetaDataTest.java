package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tools see of a database: schemas, tables, columns, keys, indexes. */
class MetaDataTest {
  @TempDir Path folder;
  private Connection connection;
  private DatabaseMetaData meta;

  @BeforeEach
  void open() throws SQLException {
    connection = DriverManager.getConnection("jdbc:sextant:" + folder.resolve("m.db"));
    for (String sql :
        List.of(
            "CREATE TABLE author (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL,"
                + " born DATE, rate DECIMAL(6,2) DEFAULT 1.5)",
            "CREATE TABLE book (isbn TEXT, edition INT, author_id INTEGER NOT NULL"
                + " REFERENCES author ON DELETE CASCADE, e VECTOR(3),"
                + " title TEXT, shout TEXT AS (upper(title)),"
                + " CONSTRAINT book_key PRIMARY KEY (isbn, edition))",
            "CREATE TABLE loan (isbn TEXT, edition INT, day DATE, CONSTRAINT loan_of_book"
                + " FOREIGN KEY (isbn, edition) REFERENCES book (isbn, edition)"
                + " ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED)",
            "CREATE INDEX book_title ON book (title DESC, isbn)",
            "CREATE UNIQUE INDEX author_name ON author (name) WHERE born IS NOT NULL",
            "CREATE VIEW shelf AS SELECT title, name FROM book JOIN author ON author_id = id",
            "CREATE TEMP TABLE scratch (a)",
            "CREATE TABLE \"odd_name%\" (\"a b\" TEXT)")) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }
    meta = connection.getMetaData();
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  /** Some columns of all rows. */
  private static List<String> rows(ResultSet result, String... columns) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (result) {
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (String column : columns) {
          values.add(String.valueOf(result.getString(column)));
        }
        rows.add(String.join(" ", values));
      }
    }
    return rows;
  }

  @Test
  void schemasAreMainTempAndOurs() throws SQLException {
    assertThat(rows(meta.getSchemas(), "TABLE_SCHEM")).containsExactly("main", "sextant", "temp");
    assertThat(rows(meta.getSchemas(null, "m%"), "TABLE_SCHEM")).containsExactly("main");
    assertThat(rows(meta.getCatalogs(), "TABLE_CAT")).isEmpty();
    assertThat(rows(meta.getTableTypes(), "TABLE_TYPE"))
        .containsExactly("LOCAL TEMPORARY", "SYSTEM TABLE", "TABLE", "VIEW");
  }

  @Test
  void tablesAreFilteredByTypeAndPattern() throws SQLException {
    String[] tables = {"TABLE"};
    assertThat(rows(meta.getTables(null, "main", null, tables), "TABLE_NAME"))
        .containsExactly("author", "book", "loan", "odd_name%");
    assertThat(rows(meta.getTables(connection.getCatalog(), null, "%", tables), "TABLE_NAME"))
        .containsExactly("author", "book", "loan", "odd_name%");
    assertThat(rows(meta.getTables(null, null, "BO%", null), "TABLE_NAME")).containsExactly("book");
    assertThat(rows(meta.getTables(null, null, "b__k", null), "TABLE_NAME"))
        .containsExactly("book");
    assertThat(rows(meta.getTables(null, null, "odd\\_name\\%", null), "TABLE_NAME"))
        .containsExactly("odd_name%");
    assertThat(rows(meta.getTables(null, null, "bo\\_k", null), "TABLE_NAME")).isEmpty();
    assertThat(
            rows(
                meta.getTables(null, null, "%", new String[] {"VIEW", "LOCAL TEMPORARY"}),
                "TABLE_TYPE",
                "TABLE_SCHEM",
                "TABLE_NAME"))
        .containsExactly("LOCAL TEMPORARY temp scratch", "VIEW main shelf");
    assertThat(rows(meta.getTables("elsewhere", null, "%", null), "TABLE_NAME")).isEmpty();
    assertThat(rows(meta.getTables(null, null, "%", new String[0]), "TABLE_NAME")).isEmpty();
    assertThat(rows(meta.getTables(null, "sextant", "%", null), "TABLE_NAME"))
        .contains("databases", "kernels", "models", "settings");
    assertThat(rows(meta.getTables(null, null, "DBEAVERFAKETABLENAMEFORPING", null), "TABLE_NAME"))
        .isEmpty();
  }

  @Test
  void columnsHaveTypesDefaultsAndFlags() throws SQLException {
    assertThat(
            rows(
                meta.getColumns(null, "main", "author", null),
                "COLUMN_NAME",
                "TYPE_NAME",
                "COLUMN_SIZE",
                "DECIMAL_DIGITS",
                "COLUMN_DEF",
                "IS_NULLABLE",
                "IS_AUTOINCREMENT",
                "ORDINAL_POSITION"))
        .containsExactly(
            "id INTEGER 19 0 null NO YES 1",
            "name VARCHAR 40 null null NO NO 2",
            "born DATE 10 null null YES NO 3",
            "rate DECIMAL 6 2 1.5 YES NO 4");
    assertThat(
            rows(
                meta.getColumns(null, null, "book", "%"),
                "COLUMN_NAME",
                "TYPE_NAME",
                "IS_GENERATEDCOLUMN"))
        .containsExactly(
            "isbn TEXT NO",
            "edition INT NO",
            "author_id INTEGER NO",
            "e VECTOR(3) NO",
            "title TEXT NO",
            "shout TEXT YES");
    try (ResultSet vector = meta.getColumns(null, null, "book", "e")) {
      assertThat(vector.next()).isTrue();
      assertThat(vector.getInt("DATA_TYPE")).isEqualTo(Types.OTHER);
      assertThat(vector.getInt("COLUMN_SIZE")).isEqualTo(3);
      assertThat(vector.getString(4)).isEqualTo("e");
    }
    assertThat(rows(meta.getColumns(null, null, "shelf", null), "COLUMN_NAME", "TYPE_NAME"))
        .containsExactly("title TEXT", "name VARCHAR");
  }

  @Test
  void aBrokenViewDoesNotBreakTheTree() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE VIEW broken AS SELECT * FROM gone");
    }
    assertThat(rows(meta.getColumns(null, null, "broken", null), "COLUMN_NAME")).isEmpty();
    assertThat(rows(meta.getColumns(null, null, "%", null), "COLUMN_NAME")).isNotEmpty();
  }

  @Test
  void keysHaveNames() throws SQLException {
    assertThat(rows(meta.getPrimaryKeys(null, null, "book"), "COLUMN_NAME", "KEY_SEQ", "PK_NAME"))
        .containsExactly("edition 2 book_key", "isbn 1 book_key");
    assertThat(rows(meta.getPrimaryKeys(null, "main", "AUTHOR"), "COLUMN_NAME", "PK_NAME"))
        .containsExactly("id author_pkey");
    assertThat(
            rows(
                meta.getImportedKeys(null, null, "book"),
                "PKTABLE_NAME",
                "PKCOLUMN_NAME",
                "FKCOLUMN_NAME",
                "KEY_SEQ",
                "DELETE_RULE",
                "FK_NAME",
                "PK_NAME"))
        .containsExactly(
            "author id author_id 1 "
                + DatabaseMetaData.importedKeyCascade
                + " book_author_id_fkey author_pkey");
    assertThat(
            rows(
                meta.getExportedKeys(null, null, "book"),
                "FKTABLE_NAME",
                "FKCOLUMN_NAME",
                "KEY_SEQ",
                "UPDATE_RULE",
                "DEFERRABILITY",
                "FK_NAME"))
        .containsExactly(
            "loan isbn 1 2 " + DatabaseMetaData.importedKeyInitiallyDeferred + " loan_of_book",
            "loan edition 2 2 " + DatabaseMetaData.importedKeyInitiallyDeferred + " loan_of_book");
    assertThat(rows(meta.getCrossReference(null, null, "author", null, null, "book"), "FK_NAME"))
        .containsExactly("book_author_id_fkey");
    assertThat(rows(meta.getCrossReference(null, null, "book", null, null, "author"), "FK_NAME"))
        .isEmpty();
    assertThat(rows(meta.getBestRowIdentifier(null, null, "loan", 0, true), "COLUMN_NAME", "SCOPE"))
        .containsExactly("rowid " + DatabaseMetaData.bestRowTransaction);
  }

  @Test
  void indexesTellTheirColumnsOrderAndCondition() throws SQLException {
    assertThat(
            rows(
                meta.getIndexInfo(null, null, "book", false, true),
                "NON_UNIQUE",
                "INDEX_NAME",
                "ORDINAL_POSITION",
                "COLUMN_NAME",
                "ASC_OR_DESC"))
        .containsExactly(
            "0 sqlite_autoindex_book_1 1 isbn A",
            "0 sqlite_autoindex_book_1 2 edition A",
            "1 book_title 1 title D",
            "1 book_title 2 isbn A");
    assertThat(
            rows(
                meta.getIndexInfo(null, "main", "author", true, false),
                "INDEX_NAME",
                "FILTER_CONDITION"))
        .containsExactly("author_name born IS NOT NULL");
    assertThat(rows(meta.getIndexInfo(null, "main", "loan", false, false), "INDEX_NAME")).isEmpty();
  }

  @Test
  void typesAndFunctionsAreListed() throws SQLException {
    assertThat(rows(meta.getTypeInfo(), "TYPE_NAME")).contains("INTEGER", "TEXT", "VECTOR");
    assertThat(rows(meta.getFunctions(null, null, "json\\_extr%"), "FUNCTION_NAME"))
        .containsExactly("json_extract");
    assertThat(meta.getNumericFunctions()).contains("ROUND");
    assertThat(meta.getSQLKeywords()).contains("PRAGMA");
  }

  @Test
  void theProductIsNamedOnceAndForAll() throws SQLException {
    assertThat(meta.getDatabaseProductName()).isEqualTo("Sextant");
    assertThat(meta.getDatabaseProductVersion()).startsWith("0.1").contains("SQLite 3.");
    assertThat(meta.getDriverVersion()).isEqualTo("0.1.0");
    assertThat(meta.getDriverMinorVersion()).isEqualTo(1);
    assertThat(meta.getURL()).startsWith("jdbc:sextant:");
    assertThat(meta.getDefaultTransactionIsolation())
        .isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
    assertThat(meta.supportsTransactionIsolationLevel(Connection.TRANSACTION_READ_COMMITTED))
        .isFalse();
    assertThat(meta.isReadOnly()).isFalse();
  }

  @Test
  void attachedDatabasesAreSchemas() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("ATTACH '" + folder.resolve("other.db") + "' AS other");
      statement.execute("CREATE TABLE other.thing (id INTEGER PRIMARY KEY)");
    }
    assertThat(rows(meta.getSchemas(), "TABLE_SCHEM")).contains("other");
    assertThat(rows(meta.getTables(null, "other", null, null), "TABLE_NAME")).contains("thing");
    assertThat(rows(meta.getPrimaryKeys(null, "other", "thing"), "COLUMN_NAME"))
        .containsExactly("id");
  }

  @Test
  void compilingEveryQueryDoesNotHideTheTree() throws SQLException {
    connection.close();
    String url = "jdbc:sextant:" + folder.resolve("m.db") + "?compile=always";
    try (Connection compiled = DriverManager.getConnection(url)) {
      DatabaseMetaData tree = compiled.getMetaData();
      assertThat(rows(tree.getTables(null, "main", "b%", null), "TABLE_NAME"))
          .containsExactly("book");
      assertThat(rows(tree.getColumns(null, null, "author", null), "COLUMN_NAME"))
          .containsExactly("id", "name", "born", "rate");
      assertThat(rows(tree.getPrimaryKeys(null, null, "author"), "PK_NAME"))
          .containsExactly("author_pkey");
      assertThat(rows(tree.getImportedKeys(null, null, "book"), "FK_NAME"))
          .containsExactly("book_author_id_fkey");
      assertThat(rows(tree.getIndexInfo(null, null, "author", false, false), "INDEX_NAME"))
          .containsExactly("author_name");
    }
  }

  @Test
  void whatSextantKeepsForItselfIsASystemTable() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet nearest =
            statement.executeQuery("SELECT isbn FROM book ORDER BY e <-> '[1,2,3]' LIMIT 1")) {
      assertThat(nearest.next()).isFalse();
    }
    assertThat(rows(meta.getTables(null, "main", "sextant%", null), "TABLE_TYPE"))
        .doesNotContain("TABLE");
    assertThat(rows(meta.getTables(null, "main", null, new String[] {"TABLE"}), "TABLE_NAME"))
        .containsExactly("author", "book", "loan", "odd_name%");
  }
}
