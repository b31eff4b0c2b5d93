package dev.sextant.udf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.seccomp.FilterCompiler;
import dev.sextant.udf.seccomp.FilterProgram;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs start restricted, and who starts them stays as it was. */
class SpawnerTest {
  private static final List<Path> SYSTEM =
      List.of(Path.of("/usr"), Path.of("/bin"), Path.of("/lib"), Path.of("/lib64"));

  @TempDir Path directory;

  static List<SandboxProfile> profiles() {
    return SandboxProfiles.builtIn();
  }

  private static Kernel kernel() {
    Capabilities capabilities = Capabilities.probe();
    for (String layer : List.of("seccomp", "landlock", "spawn")) {
      Capabilities.Capability row = capabilities.row(layer);
      assumeTrue(row.available(), () -> "This host lacks " + layer + ": " + row.detail());
    }
    return Kernel.find().orElseThrow();
  }

  private record Run(int exit, String output) {}

  private Run run(Optional<SandboxProfile> profile, String... command) {
    Kernel kernel = kernel();
    Optional<FilterProgram> filter =
        profile.map(
            known -> FilterCompiler.compile(known.systemCalls().start(), kernel.architecture()));
    Optional<List<Path>> readable =
        profile.map(known -> SYSTEM.stream().filter(Files::exists).toList());
    var request = new Spawner.Request(List.of(command), directory, filter, readable);
    try (ChildProcess child = new Spawner(kernel).start(request);
        Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(4096);
      StringBuilder output = new StringBuilder();
      int count = 0;
      while (count >= 0) {
        child.output().await(Descriptor.READABLE, 1000);
        count = child.output().read(buffer);
        if (count > 0) {
          byte[] bytes = buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
          output.append(new String(bytes, StandardCharsets.UTF_8));
        }
      }
      return new Run(child.await(), output.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void everyProfileRunsHelloWorld(SandboxProfile profile) {
    assertThat(run(Optional.of(profile), "/bin/echo", "hello, world"))
        .isEqualTo(new Run(0, "hello, world\n"));
  }

  @Test
  void filesAreClosedToTheChildAndOpenToUs() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "secret");
    Optional<SandboxProfile> profile = Optional.of(SandboxProfiles.UNTRUSTED);
    assertThat(run(Optional.empty(), "/bin/cat", secret.toString()))
        .as("the control")
        .isEqualTo(new Run(0, "secret"));
    assertThat(run(profile, "/bin/cat", secret.toString())).isEqualTo(new Run(1, ""));
    assertThat(run(profile, "/bin/cat", "/etc/passwd")).isEqualTo(new Run(1, ""));
    assertThat(run(profile, "/bin/touch", directory.resolve("made").toString()).exit())
        .isEqualTo(1);
    assertThat(directory.resolve("made")).doesNotExist();

    assertThat(secret).hasContent("secret");
    Files.writeString(directory.resolve("ours"), "ours");
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(socket.getLocalPort()).isPositive();
    }
    assertThat(Files.readString(Path.of("/proc/thread-self/status")))
        .as("the thread that asked")
        .contains("NoNewPrivs:\t0")
        .contains("Seccomp:\t0");
  }

  @Test
  void childrenHaveNoPrivilegesAndNoEnvironment() {
    Run status = run(Optional.empty(), "/bin/cat", "/proc/self/status");
    assertThat(status.output()).contains("Seccomp:\t0");
    // A shell, because the files of /proc are closed to the child.
    assertThat(run(Optional.of(SandboxProfiles.UNTRUSTED), "/usr/bin/env").output()).isEmpty();
    assertThat(run(Optional.empty(), "/usr/bin/env").output()).as("the control").isEmpty();
  }

  @Test
  void programsThatAreMissingSaySo() {
    Kernel kernel = kernel();
    Spawner spawner = new Spawner(kernel);
    var request =
        new Spawner.Request(
            List.of("/no/such/program"), directory, Optional.empty(), Optional.empty());
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> spawner.start(request))
        .isInstanceOf(NativeException.class)
        .hasMessageContaining("execute")
        .hasMessageContaining("ENOENT");
  }

  @Test
  void nothingIsLeftOfAChild() throws IOException {
    Kernel kernel = kernel();
    Spawner spawner = new Spawner(kernel);
    var request =
        new Spawner.Request(
            List.of("/bin/sleep", "100"), directory, Optional.empty(), Optional.empty());
    long before = descriptors();
    for (int turn = 0; turn < 20; turn++) {
      ChildProcess child = spawner.start(request);
      child.limit(ChildProcess.Resource.CORE, 0);
      assertThat(child.poll()).isEmpty();
      child.close();
      assertThat(child.poll()).hasValue(128 + 9);
      assertThat(ProcessHandle.of(child.number())).isEmpty();
    }
    assertThat(descriptors()).isEqualTo(before);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("sextant-spawner"));
  }

  private static long descriptors() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  @Test
  void capabilitiesAreRows() {
    Capabilities capabilities = Capabilities.probe();
    assertThat(capabilities.rows())
        .extracting(Capabilities.Capability::layer)
        .contains("linux", "seccomp", "landlock");
    assertThat(capabilities.row("no such layer").available()).isFalse();
    assertThat(capabilities.rows()).allMatch(row -> !row.detail().isEmpty());
  }
}
