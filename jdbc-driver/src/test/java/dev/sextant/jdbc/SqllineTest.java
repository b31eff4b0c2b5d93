package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sqlline.SqlLine;

/** sqlline as it comes, over the driver: its commands read all of the metadata. */
@Timeout(60)
class SqllineTest {
  @TempDir Path folder;

  @Test
  void sqllineReadsTheMetadata() throws Exception {
    String script =
        """
        CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE book (isbn TEXT PRIMARY KEY, author INTEGER REFERENCES author (id));
        INSERT INTO author (name) VALUES ('Ada');
        !tables
        !columns book
        !indexes book
        !primarykeys author
        !importedkeys book
        !typeinfo
        !dbinfo
        !metadata getSchemas
        !autocommit off
        INSERT INTO author (name) VALUES ('Bo');
        !rollback
        SELECT count(*) AS authors FROM author;
        """;
    String url = "jdbc:sextant:" + folder.resolve("s.db");
    Path file = Files.writeString(folder.resolve("script"), script);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    SqlLine sqlline = new SqlLine();
    sqlline.setOutputStream(stream);
    sqlline.setErrorStream(stream);
    sqlline.begin(
        new String[] {"-u", url, "-n", "sa", "-p", "none", "--outputformat=csv", "--run=" + file},
        new ByteArrayInputStream(new byte[0]),
        false);
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains("'author'", "'sqlite_autoindex_book_1'", "'author_pkey'", "'VECTOR'")
        .contains("getDatabaseProductName", "'authors'\n'1'")
        .doesNotContain("Error:", "Exception");
  }
}
