package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README and the reference pages show is what the driver does. */
class ReferenceTest {
  private static final Path ROOT = Path.of(System.getProperty("sextant.root", ".."));

  @TempDir Path folder;

  @Test
  void theExamplesOfTheSqlReferenceRun() throws IOException, SQLException {
    Path script = Files.writeString(folder.resolve("SQL.md"), blocks("docs/SQL.md", "sql"));
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:")) {
      SqlScript.read(script).run(connection);
    }
  }

  /** The text in fences of one language, each line where it stands in the page. */
  private static String blocks(String page, String language) throws IOException {
    StringBuilder text = new StringBuilder();
    boolean inside = false;
    for (String line : Files.readAllLines(ROOT.resolve(page))) {
      boolean fence = line.startsWith("```");
      text.append(inside && !fence ? line : "").append('\n');
      inside = fence ? line.equals("```" + language) : inside;
    }
    return text.toString();
  }

  @Test
  void theReadmesExampleRuns() throws Exception {
    String example =
        blocks("README.md", "java")
            .replace("jdbc:sextant:notes.db", "jdbc:sextant:" + folder.resolve("notes.db"));
    Path source = Files.writeString(folder.resolve("Example.java"), example);
    String path = System.getProperty("java.class.path");
    ByteArrayOutputStream problems = new ByteArrayOutputStream();
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, problems, "-cp", path, "-d", folder.toString(), source.toString());
    assertThat(status).as(problems.toString(StandardCharsets.UTF_8)).isZero();
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    URL[] urls = {folder.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, getClass().getClassLoader())) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      Constructor<?> constructor = loader.loadClass("Example").getDeclaredConstructor();
      constructor.setAccessible(true);
      Method main = constructor.getDeclaringClass().getDeclaredMethod("main");
      main.setAccessible(true);
      main.invoke(constructor.newInstance());
    } finally {
      System.setOut(before);
    }
    List<String> promised = blocks("README.md", "text").lines().filter(l -> !l.isBlank()).toList();
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactlyElementsOf(promised);
  }

  @Test
  void everyErrorIsInTheReference() throws IOException {
    List<String> expected =
        Arrays.stream(ErrorCode.values())
            .map(
                code ->
                    row(
                        quoted(code.name()),
                        quoted(code.sqlState()),
                        code.kind().name().toLowerCase(Locale.ROOT),
                        quoted(Errors.of(code, "").getClass().getSimpleName()),
                        code.meaning()))
            .toList();
    assertThat(rows("## Errors")).containsExactlyElementsOf(expected);
  }

  @Test
  void everyPropertyIsInTheReference() throws IOException {
    List<String> expected = new ArrayList<>();
    for (Settings.Setting setting : Settings.all()) {
      String choices =
          setting.choices().isEmpty() ? "a number" : String.join(", ", setting.choices());
      expected.add(
          row(
              quoted(setting.name()),
              choices,
              quoted(setting.defaultValue()),
              setting.description()));
    }
    assertThat(rows("## Properties")).containsExactlyElementsOf(expected);
  }

  private static String quoted(String text) {
    return "`" + text + "`";
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  /** The rows of the table below a heading of the JDBC page, without its head. */
  private static List<String> rows(String heading) throws IOException {
    String page = Files.readString(ROOT.resolve("docs/JDBC.md"));
    Matcher section = Pattern.compile("(?ms)^" + heading + "$(.*?)(?=^## |\\z)").matcher(page);
    assertThat(section.find()).as("section " + heading).isTrue();
    return section.group(1).lines().filter(line -> line.startsWith("| `")).toList();
  }
}
