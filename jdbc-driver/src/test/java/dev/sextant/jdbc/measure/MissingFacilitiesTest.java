package dev.sextant.jdbc.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MEASURE in JVMs that lack something: the rest is measured, and the manifest says why. */
class MissingFacilitiesTest {
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path folder;

  /** All modules of this JVM but one and those that need it. */
  private static String modulesWithout(String absent) {
    Set<String> gone = new HashSet<>(Set.of(absent));
    boolean grew = true;
    while (grew) {
      grew = false;
      for (ModuleReference module : ModuleFinder.ofSystem().findAll()) {
        ModuleDescriptor descriptor = module.descriptor();
        boolean needs = descriptor.requires().stream().anyMatch(r -> gone.contains(r.name()));
        grew |= needs && gone.add(descriptor.name());
      }
    }
    return ModuleFinder.ofSystem().findAll().stream()
        .map(module -> module.descriptor().name())
        .filter(name -> !gone.contains(name))
        .sorted()
        .collect(Collectors.joining(","));
  }

  private static List<String> classPath() {
    return List.of(
        System.getProperty("java.class.path").split(Pattern.quote(java.io.File.pathSeparator), -1));
  }

  /** What a JVM prints that measures. */
  private String run(List<String> before, List<String> classPath, String... options)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.addAll(Arrays.asList(options));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", String.join(java.io.File.pathSeparator, classPath));
    Process process = builder.start();
    boolean ended = process.waitFor(90, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output);
    assertThat(ended).as(text).isTrue();
    return text;
  }

  @Test
  void withoutTheFlightRecorder() throws IOException, InterruptedException {
    assertThat(
            run(
                List.of(),
                classPath(),
                "--limit-modules",
                modulesWithout("jdk.jfr"),
                NATIVE,
                BareMeasurement.class.getName()))
        .contains("gc_pause_ns: this JVM has no Flight Recorder: module jdk.jfr is missing")
        .contains("deoptimizations: this JVM has no Flight Recorder")
        .contains("self_test collection not possible: this JVM has no Flight Recorder")
        .contains("self_test sleep passed")
        .contains("samples 20, cpu_ns 20, run_queue_ns 20, minor_faults 20")
        .contains("gc_pause_ns 0, safepoint_ns 0, jit_ns 0, deoptimizations 0");
  }

  @Test
  void withoutTheExtendedManagementInterface() throws IOException, InterruptedException {
    assertThat(
            run(
                List.of(),
                classPath(),
                "--limit-modules",
                modulesWithout("jdk.management"),
                NATIVE,
                BareMeasurement.class.getName()))
        .contains("allocated_bytes: ThreadMXBean: this JVM does not count what threads allocate")
        .contains("self_test collection passed")
        .contains("self_test sleep passed")
        .contains("samples 20, cpu_ns 20, run_queue_ns 20, minor_faults 20")
        .contains("allocated_bytes 0, gc_pause_ns 20")
        .contains("analyzed");
  }

  @Test
  void withoutSchedulerStatistics() throws IOException, InterruptedException {
    Process namespace = new ProcessBuilder("unshare", "--mount", "true").start();
    assumeThat(namespace.waitFor())
        .as("status of unshare: only root can hide a file of /proc from a JVM")
        .isZero();
    assertThat(
            run(
                List.of("unshare", "--mount"),
                classPath(),
                NATIVE,
                BareMeasurement.class.getName(),
                "hide",
                "schedstat"))
        .contains("hidden 0")
        .contains("run_queue_ns: schedstat: /proc/thread-self/schedstat cannot be read")
        .contains("self_test collection passed")
        .contains("self_test sleep passed")
        .contains("samples 20, cpu_ns 20, run_queue_ns 0, minor_faults 20");
  }

  /** SQLite's own library needs native access, so that only all else can be kept from it. */
  @Test
  void withNativeAccessForSqliteAlone() throws IOException, InterruptedException {
    String sqlite =
        classPath().stream().filter(jar -> jar.contains("sqlite-jdbc")).findFirst().orElseThrow();
    assertThat(
            run(
                List.of(),
                classPath().stream().filter(jar -> !jar.equals(sqlite)).toList(),
                "--illegal-native-access=deny",
                "--module-path=" + sqlite,
                "--add-modules=org.xerial.sqlitejdbc",
                "--add-reads=org.xerial.sqlitejdbc=ALL-UNNAMED",
                "--enable-native-access=org.xerial.sqlitejdbc",
                BareMeasurement.class.getName()))
        .contains("cpu_ns: clock_gettime: the JVM denies native access")
        .contains("voluntary_switches: getrusage: the JVM denies native access")
        .contains("migrated: sched_getcpu: the JVM denies native access")
        .contains("self_test collection passed")
        .contains("self_test sleep not possible")
        .contains("self_test page touch not possible")
        .contains("samples 20, cpu_ns 0, run_queue_ns 0, minor_faults 0, major_faults 0")
        .contains("gc_pause_ns 20, safepoint_ns 20, jit_ns 20");
  }

  @Test
  void withoutAnyNativeAccessTheMessageSaysWhatToDo() throws IOException, InterruptedException {
    assertThat(
            run(
                List.of(),
                classPath(),
                "--illegal-native-access=deny",
                BareMeasurement.class.getName()))
        .contains("Cannot open \":memory:\"")
        .contains("Start it with --enable-native-access=ALL-UNNAMED");
  }
}
