package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every script, on a database in memory and on one in a file. */
class SqlScriptTest {
  @TempDir Path folder;

  @TestFactory
  List<DynamicTest> scripts() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : SqlScript.all()) {
      Path database = folder.resolve(file.getFileName() + ".db");
      for (String url : new String[] {"jdbc:sextant::memory:", "jdbc:sextant:" + database}) {
        String place = url.endsWith(".db") ? "file" : "memory";
        tests.add(
            DynamicTest.dynamicTest(
                file.getFileName() + " in " + place,
                () -> {
                  try (Connection connection = DriverManager.getConnection(url)) {
                    SqlScript.read(file).run(connection);
                  }
                }));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private void run(String script) throws IOException, SQLException {
    Path file = Files.writeString(folder.resolve("case.sql"), script);
    try (Connection connection = DriverManager.getConnection("jdbc:sextant:")) {
      SqlScript.read(file).run(connection);
    }
  }

  @Test
  void aScriptThatIsWrongFails() throws Exception {
    run("SELECT 1, NULL, 1.0 / 3, x'0a';\n-- > 1 | NULL | 0.333333 | x'0a'\n");
    for (String wrong :
        new String[] {
          "SELECT 1;\n",
          "SELECT 1;\n-- > 2\n",
          "SELECT 1;\n-- > 1\n-- > 1\n",
          "SELECT 1;\n-- error: 42601\n",
          "SELECT wibble;\n",
          "SELECT wibble;\n-- error: 42601\n",
          "SELECT wibble;\n-- error: 42703 something\n",
          "CREATE TABLE t (a);\n-- count: 1\n",
          "CREATE TABLE t (a);\n-- warning: careful\n",
          "SELECT 1"
        }) {
      assertThatThrownBy(() -> run(wrong)).as(wrong).isInstanceOf(AssertionError.class);
    }
  }
}
