package dev.sextant.udf.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.AuditSink.Audit;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.linux.Capabilities;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The escape suite, as this user and as nobody. */
class SelfTestTest {
  private static final String HELD = "all attempts were stopped: ";

  @TempDir Path folder;

  @BeforeEach
  void sandbox() {
    Hosts.requireSandbox();
  }

  /** Runs the suite in a process of its own. */
  static void main() {
    PrintStream out = System.out;
    List<SelfTest.Row> rows = rows(AuditSink.NONE);
    rows.stream().filter(row -> !row.held()).forEach(row -> out.append(row + "\n"));
    if (rows.stream().allMatch(SelfTest.Row::held)) {
      out.append(HELD + rows.size() + "\n");
    }
    out.flush();
  }

  private static List<SelfTest.Row> rows(AuditSink audit) {
    return SelfTest.run(
        WorkerConfig.allowed(InstantSource.system(), audit), SandboxProfiles.UNTRUSTED);
  }

  @Test
  void nothingGetsOutAndTheControlsDo() {
    ConcurrentLinkedQueue<Audit> audit = new ConcurrentLinkedQueue<>();
    List<SelfTest.Row> rows = rows(audit::add);
    if (Capabilities.probe().row("seccomp_notify").available()) {
      for (String call : List.of("openat", "socket", "execve", "ptrace", "kill", "bpf")) {
        assertThat(audit)
            .as("%s is told", call)
            .anyMatch(
                row ->
                    row.event() == AuditSink.Event.DENIED_CALL
                        && row.detail().contains(": " + call + "["));
      }
    }
    assertThat(rows).filteredOn(row -> !row.held()).isEmpty();
    assertThat(rows).hasSizeGreaterThan(100);
    List<String> idle =
        rows.stream()
            .filter(row -> row.control().startsWith("not on this host"))
            .map(SelfTest.Row::attempted)
            .distinct()
            .toList();
    assertThat(idle).as("attempts whose control shows nothing").hasSizeLessThan(25);
    assertThat(rows)
        .filteredOn(row -> row.attempted().startsWith("read /etc/passwd"))
        .hasSize(2)
        .allMatch(row -> row.control().equals("succeeded"));
    assertThat(rows)
        .filteredOn(row -> row.attempted().startsWith("socket unix"))
        .allMatch(row -> row.control().equals("succeeded"));
  }

  @Test
  void nothingGetsOutAsNobody() throws IOException, InterruptedException {
    Path setpriv = Path.of("/usr/bin/setpriv");
    assumeTrue(Files.isExecutable(setpriv), "There is no setpriv to become nobody with.");
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "Only root becomes nobody.");
    // Where nobody may read.
    List<String> places = new ArrayList<>();
    for (String place : System.getProperty("java.class.path").split(":", -1)) {
      Path source = Path.of(place);
      if ((Files.isDirectory(source) && place.contains("/udf/"))
          || place.contains("rhino")
          || place.contains("junit")
          || place.contains("assertj")
          || place.contains("apiguardian")
          || place.contains("opentest4j")) {
        places.add(copy(source, folder.resolve("place" + places.size())).toString());
      }
    }
    Process process =
        new ProcessBuilder(
                setpriv.toString(),
                "--reuid",
                "65534",
                "--regid",
                "65534",
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(":", places),
                SelfTestTest.class.getName())
            .redirectErrorStream(true)
            .start();
    try (InputStream output = process.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said).contains(HELD);
      assertThat(process.waitFor()).isZero();
    }
  }

  private static Path copy(Path source, Path target) throws IOException {
    try (var files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path copy = target.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
    for (Path place = target.getParent(); place != null; place = place.getParent()) {
      if (place.endsWith("tmp")) {
        break;
      }
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return target;
  }
}
