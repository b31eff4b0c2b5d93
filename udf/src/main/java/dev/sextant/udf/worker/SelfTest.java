package dev.sextant.udf.worker;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.sextant.udf.CallAction;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.linux.Capabilities;
import dev.sextant.udf.linux.ChildProcess;
import dev.sextant.udf.linux.Descriptor;
import dev.sextant.udf.linux.Kernel;
import dev.sextant.udf.linux.NativeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tries on this host what a worker must not be able to do. Processes in the sandbox of a profile
 * make the attempts, before and after their second filter; the same attempts are made without a
 * sandbox, to show what the host would have allowed.
 */
public final class SelfTest {
  private static final int EPERM = -1;
  private static final int EACCES = -13;
  private static final int ENOSYS = -38;
  private static final int KILLED = 128 + 31;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final Pattern LISTENER =
      Pattern.compile("confine\t" + ProbeMain.LISTENER + "\t(\\d+)\n");
  private static final byte[] DATABASE = "the bytes of a database".getBytes(StandardCharsets.UTF_8);

  private final WorkerLauncher launcher;
  private final SandboxProfile profile;
  private final Path folder;
  private final List<Row> rows = new ArrayList<>();

  /**
   * A case as a row.
   *
   * @param stage start: from the process's first instruction; run: before foreign code
   * @param attempted what
   * @param expected what the kernel has to say
   * @param observed what it said
   * @param control what it said without a sandbox
   * @param held whether the sandbox held
   */
  public record Row(
      String stage,
      String attempted,
      String expected,
      String observed,
      String control,
      boolean held) {}

  private SelfTest(WorkerLauncher launcher, SandboxProfile profile, Path folder) {
    this.launcher = launcher;
    this.profile = profile;
    this.folder = folder;
  }

  /**
   * Makes all attempts.
   *
   * @throws UdfException HOST where this host lacks what the profile requires
   */
  public static List<Row> run(WorkerConfig config, SandboxProfile profile) {
    Capabilities capabilities = Capabilities.probe();
    try (WorkerRuntime runtime = new WorkerRuntime(config, capabilities)) {
      runtime.requireHost(profile);
    }
    try {
      Path folder = Files.createTempDirectory("sextant-selftest");
      try (WorkerLauncher launcher =
          new WorkerLauncher(config, Kernel.find().orElseThrow(), capabilities)) {
        Files.write(folder.resolve("database.db"), DATABASE);
        Files.write(folder.resolve("database.db-wal"), DATABASE);
        Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc/passwd"));
        return new SelfTest(launcher, profile, folder).run();
      } finally {
        remove(folder);
      }
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    } catch (NativeException refused) {
      throw new UdfException(Failure.HOST, "The self-test cannot start a process: " + refused);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private List<Row> run() throws IOException {
    List<String> kinds = List.of("calls", "x32", "i386");
    List<ChildProcess> confined = new ArrayList<>();
    List<ChildProcess> free = new ArrayList<>();
    try {
      kinds.forEach(kind -> confined.add(start(kind, true)));
      Outcome attempts = outcome(confined.get(0));
      // Afterwards, so that what the controls make cannot help the attempts.
      boolean untouched = isUntouched();
      kinds.forEach(kind -> free.add(start(kind, false)));
      calls(attempts, outcome(free.get(0)));
      for (int kind = 1; kind < kinds.size(); kind++) {
        killed(kinds.get(kind), outcome(confined.get(kind)), outcome(free.get(kind)));
      }
      rows.add(
          new Row(
              "run",
              "the database afterwards",
              "its bytes",
              untouched ? "its bytes" : "other bytes",
              "",
              untouched));
      return rows;
    } finally {
      confined.forEach(ChildProcess::close);
      free.forEach(ChildProcess::close);
    }
  }

  private boolean isUntouched() throws IOException {
    return Arrays.equals(Files.readAllBytes(folder.resolve("database.db")), DATABASE)
        && !Files.exists(folder.resolve("made"));
  }

  private ChildProcess start(String kind, boolean confined) {
    String own = Long.toString(ProcessHandle.current().pid());
    List<String> arguments = List.of(kind, confined ? "confined" : "free", folder.toString(), own);
    String main = ProbeMain.class.getName();
    if (!confined) {
      return launcher.startFree(profile, main, arguments);
    }
    ChildProcess child = launcher.start(profile, main, arguments);
    FrameOutput filter = new FrameOutput().start(Frame.START, 0);
    launcher.writeSecondFilter(filter, profile);
    filter.end();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(filter.size());
      MemorySegment.copy(filter.bytes(), 0, bytes, JAVA_BYTE, 0, filter.size());
      if (child.input().write(bytes) < filter.size()) {
        throw new UdfException(Failure.WORKER, "The self-test's process does not listen.");
      }
    }
    return child;
  }

  /**
   * What a process wrote and how it ended.
   *
   * @param results numbers by stage and name
   */
  private record Outcome(Map<String, Long> results, int status) {
    Optional<Long> result(String stage, String name) {
      return Optional.ofNullable(results.get(stage + "\t" + name));
    }
  }

  private Outcome outcome(ChildProcess child) {
    Instant deadline = launcher.config().clock().instant().plus(WorkerConfig.START_TIME);
    StringBuilder text = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_BYTES);
      boolean listening = false;
      int count = 0;
      while (count >= 0) {
        Duration left = Duration.between(launcher.config().clock().instant(), deadline);
        if (left.isNegative()) {
          throw new UdfException(Failure.WORKER, "The self-test's process does not end.");
        }
        child.output().await(Descriptor.READABLE, (int) left.toMillis());
        count = child.output().read(buffer);
        if (count > 0) {
          byte[] bytes = buffer.asSlice(0, count).toArray(JAVA_BYTE);
          text.append(new String(bytes, StandardCharsets.UTF_8));
        }
        Matcher listener = LISTENER.matcher(text);
        if (!listening && listener.find()) {
          listening = true;
          launcher.listen(child, profile, Integer.parseInt(listener.group(1)));
        }
      }
    }
    Map<String, Long> results = new HashMap<>();
    for (String line : text.toString().lines().toList()) {
      int last = line.lastIndexOf('\t');
      results.put(line.substring(0, last), Long.valueOf(line.substring(last + 1)));
    }
    return new Outcome(results, child.await());
  }

  private void calls(Outcome confined, Outcome free) {
    boolean kills = profile.systemCalls().run().otherwise().kind() == CallAction.Kind.KILL;
    try (Arena arena = Arena.ofConfined()) {
      for (Probe.Stage stage : Probe.Stage.values()) {
        for (Probe probe : Probe.all(arena, folder.toString(), 0)) {
          if (stage == Probe.Stage.RUN ? !kills : probe.stage() == Probe.Stage.START) {
            String name = stage.name().toLowerCase(Locale.ROOT);
            add(probe, name, confined.result(name, probe.name()), free);
          }
        }
      }
    }
  }

  private void add(Probe probe, String stage, Optional<Long> observed, Outcome free) {
    String expected = stage.equals("run") ? "EPERM or ENOSYS" : "EPERM, EACCES or ENOSYS";
    boolean held =
        observed.isPresent()
            && (observed.get() == EPERM
                || observed.get() == ENOSYS
                || (observed.get() == EACCES && stage.equals("start")));
    Optional<Long> control = free.result("start", probe.name());
    rows.add(
        new Row(
            stage,
            probe.name() + " (" + probe.call() + ")",
            expected,
            observed.map(SelfTest::text).orElse("no answer"),
            control.map(SelfTest::control).orElse("no answer"),
            held));
  }

  private void killed(String kind, Outcome confined, Outcome free) {
    boolean held =
        confined.status() == KILLED || confined.result("run", kind).filter(r -> r < 0).isPresent();
    rows.add(
        new Row(
            "run",
            "calls by the numbers of " + kind,
            "the process is ended",
            confined.status() == KILLED
                ? "the process is ended"
                : confined
                    .result("run", kind)
                    .map(SelfTest::text)
                    .orElse("status " + confined.status()),
            free.result("run", kind)
                .map(SelfTest::control)
                .orElse("not on this host: status " + free.status()),
            held));
  }

  private static String text(long result) {
    return result < 0 ? NativeException.name((int) -result) : "succeeded";
  }

  /** A control that the kernel refuses for its own reasons shows nothing, and says so. */
  private static String control(long result) {
    return switch ((int) Math.min(result, 0)) {
      case 0 -> "succeeded";
      case EPERM, EACCES, ENOSYS -> "not on this host: " + text(result);
      default -> "reached the kernel: " + text(result);
    };
  }
}
