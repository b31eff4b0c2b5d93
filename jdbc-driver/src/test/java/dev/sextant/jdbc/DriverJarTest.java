package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar as delivered, alone: what is in it, the SQL scripts on it, and an older Java. */
@Timeout(120)
class DriverJarTest {
  private static final String OPENHFT = "net/openhft/";

  /* Packages that keep their names: ours, those whose native code finds classes by name, and those
   * named in code that is compiled while it runs. */
  private static final List<String> OWN_NAMES =
      List.of(
          "dev/sextant/",
          "org/mozilla/",
          "org/sqlite/",
          "sqlite-jdbc.properties",
          "ai/",
          "native/",
          OPENHFT);

  private static final String PROBE =
      """
      public class Probe {
        public static void main(String[] args) throws Exception {
          try (var c = java.sql.DriverManager.getConnection("jdbc:sextant::memory:");
              var row = c.createStatement().executeQuery("SELECT sqlite_version()")) {
            row.next();
            System.out.println("connected to SQLite " + row.getString(1));
          } catch (java.sql.SQLException e) {
            System.out.println(e.getSQLState() + " " + e.getMessage());
          }
        }
      }
      """;

  private static final String SHARED_PROBE =
      """
      public class Probe {
        public static void main(String[] args) throws Exception {
          String url = "jdbc:sextant:" + args[0] + "?cache.store=shared&cache.durable_bytes=0";
          try (var c = java.sql.DriverManager.getConnection(url)) {
            c.createStatement().executeQuery("SELECT EMBED('kittens')").next();
            String stats = "SELECT tier || ' ' || hits || ' ' || computed || ' ' || entries"
                + " FROM sextant.cache_stats WHERE hits + misses > 0";
            try (var row = c.createStatement().executeQuery(stats)) {
              while (row.next()) {
                System.out.println(row.getString(1));
              }
            }
          } catch (java.sql.SQLException e) {
            System.out.println(e.getSQLState() + " " + e.getMessage());
          }
        }
      }
      """;

  private static final String WAT_PROBE =
      """
      import dev.sextant.udf.*;
      import java.util.List;
      import java.util.Set;

      public class Probe {
        public static void main(String[] args) {
          var profile = new SandboxProfile("untrusted", Limits.UNTRUSTED, Set.of());
          var text =
              "(func (export \\"f\\") (param i64) (result i64)"
                  + " (i64.mul (local.get 0) (i64.const 6)))";
          var function =
              new FunctionDefinition(
                  "f", List.of(ValueType.INTEGER), ValueType.INTEGER, Language.WAT, text, true,
                  false, profile);
          var argument = new Column(ValueType.INTEGER);
          argument.addLong(7);
          var result = new Column(ValueType.INTEGER);
          try (var runtime = new dev.sextant.udf.wasm.WasmRuntime();
              var prepared = runtime.prepare(function);
              var instance = prepared.open()) {
            instance.call(List.of(argument), 1, result);
            System.out.println(result.getLong(0));
          }
        }
      }
      """;

  private static final List<String> SHARED_FLAGS =
      List.of(
          "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

  @TempDir Path folder;

  private static Path jar() {
    return Path.of(Objects.requireNonNull(System.getProperty("sextant.jar")));
  }

  private static List<String> names(JarFile jar) {
    return jar.stream().filter(e -> !e.isDirectory()).map(JarEntry::getName).toList();
  }

  private static String text(JarFile jar, String entry) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void oneServiceNoSignaturesNoStrangers() throws IOException {
    try (JarFile jar = new JarFile(jar().toFile())) {
      assertThat(text(jar, "META-INF/services/java.sql.Driver").strip())
          .isEqualTo("dev.sextant.jdbc.Driver");
      List<String> names = names(jar);
      assertThat(names).noneMatch(n -> n.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)"));
      assertThat(names).noneMatch(n -> n.endsWith("module-info.class"));
      assertThat(names)
          .filteredOn(n -> n.endsWith(".class"))
          .allMatch(n -> OWN_NAMES.stream().anyMatch(n::startsWith));
      assertThat(names)
          .filteredOn(n -> n.startsWith("META-INF/services/"))
          .allMatch(
              n ->
                  n.endsWith("java.sql.Driver")
                      || n.contains("dev.sextant.internal.")
                      || n.startsWith("META-INF/services/net.openhft.")
                      || n.startsWith("META-INF/services/org.mozilla."));
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Automatic-Module-Name")).isEqualTo("dev.sextant.jdbc");
      assertThat(manifest.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
    }
  }

  @Test
  void onlyTheDriverIsForAnOlderJava() throws IOException {
    try (JarFile jar = new JarFile(jar().toFile())) {
      assertThat(majorVersion(jar, "dev/sextant/jdbc/Driver.class")).isEqualTo(61);
      assertThat(majorVersion(jar, "dev/sextant/jdbc/Connector.class")).isEqualTo(69);
    }
  }

  private static int majorVersion(JarFile jar, String entry) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
      byte[] head = in.readNBytes(8);
      return (head[6] & 0xff) << 8 | (head[7] & 0xff);
    }
  }

  @Test
  void theSlimJarHasNoModels() throws IOException {
    String name = jar().getFileName().toString().replace(".jar", "-slim.jar");
    try (JarFile slim = new JarFile(jar().resolveSibling(name).toFile())) {
      List<String> names = names(slim);
      assertThat(names).noneMatch(n -> n.startsWith("ai/") || n.endsWith(".onnx"));
      assertThat(names).contains("dev/sextant/jdbc/Driver.class", "org/sqlite/JDBC.class");
    }
  }

  @Test
  void theScriptsRunOnTheJarAlone() throws Exception {
    URL[] alone = {jar().toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(alone, ClassLoader.getPlatformClassLoader())) {
      Class<?> type = loader.loadClass("dev.sextant.jdbc.Driver");
      assertThat(type).isNotEqualTo(dev.sextant.jdbc.Driver.class);
      Driver driver = (Driver) type.getConstructor().newInstance();
      List<Path> scripts = SqlScript.all();
      assertThat(scripts).isNotEmpty();
      for (Path script : scripts) {
        for (String place :
            List.of(":memory:", folder.resolve(script.getFileName() + ".db").toString())) {
          try (Connection connection = driver.connect("jdbc:sextant:" + place, new Properties())) {
            SqlScript.read(script).run(connection);
          }
        }
      }
    }
  }

  private String probe(Path javaHome) throws IOException, InterruptedException {
    return run(javaHome, PROBE, List.of(), List.of());
  }

  private String run(Path javaHome, String program, List<String> flags, List<String> arguments)
      throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("Probe.java"), program);
    Path output = folder.resolve("output");
    List<String> command = new ArrayList<>(List.of(javaHome.resolve("bin/java").toString()));
    command.addAll(flags);
    command.addAll(List.of("-cp", jar().toString(), source.toString()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output);
  }

  @Test
  void processesShareACacheAndNothingElseIsPrinted() throws Exception {
    Path home = Path.of(System.getProperty("java.home"));
    List<String> database = List.of(folder.resolve("shared.db").toString());
    List<String> flags = new ArrayList<>(SHARED_FLAGS);
    flags.add("--enable-native-access=ALL-UNNAMED");
    flags.add("--sun-misc-unsafe-memory-access=allow");
    assertThat(run(home, SHARED_PROBE, flags, database)).isEqualTo("shared 0 1 1\n");
    assertThat(run(home, SHARED_PROBE, flags, database)).isEqualTo("shared 1 0 1\n");
    String refused =
        run(home, SHARED_PROBE, List.of("--enable-native-access=ALL-UNNAMED"), database);
    assertThat(refused).startsWith("0A000 ").contains(String.join(" ", SHARED_FLAGS));
  }

  /** The compiler of WebAssembly works under the names that it and its libraries have here. */
  @Test
  void functionsInWebAssemblyRun() throws Exception {
    Path home = Path.of(System.getProperty("java.home"));
    assertThat(run(home, WAT_PROBE, List.of(), List.of())).isEqualTo("42\n");
  }

  @Test
  void thisJavaConnectsByTheUrlAlone() throws Exception {
    String output = probe(Path.of(System.getProperty("java.home")));
    assertThat(output).contains("connected to SQLite 3.").doesNotContain("SLF4J", "Exception");
  }

  @Test
  void anOlderJavaIsToldWhichOneItNeeds() throws Exception {
    Optional<Path> older = java17();
    assumeTrue(older.isPresent(), "no JDK 17 found: its error message is not checked");
    String output = probe(older.orElseThrow());
    assertThat(output)
        .contains("08001 Sextant needs Java 25 or later; this process runs Java 17 (");
  }

  private static Optional<Path> java17() throws IOException {
    Path machines = Path.of("/usr/lib/jvm");
    Stream<Path> named =
        Stream.of("JAVA_HOME_17", "JAVA_HOME_17_X64", "JAVA17_HOME")
            .map(System::getenv)
            .filter(Objects::nonNull)
            .map(Path::of);
    if (!Files.isDirectory(machines)) {
      return named.filter(DriverJarTest::isJava17).findFirst();
    }
    try (Stream<Path> installed = Files.list(machines)) {
      return Stream.concat(named, installed.sorted()).filter(DriverJarTest::isJava17).findFirst();
    }
  }

  /** A JDK that can launch a source file, of version 17. */
  private static boolean isJava17(Path home) {
    Path release = home.resolve("release");
    if (!Files.isExecutable(home.resolve("bin/java"))
        || !Files.exists(home.resolve("bin/javac"))
        || !Files.isReadable(release)) {
      return false;
    }
    try {
      return Files.readString(release).contains("JAVA_VERSION=\"17");
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
