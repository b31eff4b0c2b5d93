package dev.sextant.jdbc.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MEASURE in a control group whose CPU time is used up: the samples that it stopped say so. */
class ThrottlingTest {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final int QUOTA_MICROS = 30_000;
  private static final int PERIOD_MICROS = 100_000;

  /** A stop of less may lie in several samples. */
  private static final long NOTABLE_NANOS = 20_000_000;

  @TempDir Path folder;

  /** Sets the quota of a group that was just made, of version 1 or 2. */
  private static boolean limit(Path group) throws IOException {
    Path second = group.resolve("cpu.max");
    Path first = group.resolve("cpu.cfs_quota_us");
    if (Files.isWritable(second)) {
      Files.writeString(second, QUOTA_MICROS + " " + PERIOD_MICROS);
    } else if (Files.isWritable(first)) {
      Files.writeString(group.resolve("cpu.cfs_period_us"), Integer.toString(PERIOD_MICROS));
      Files.writeString(first, Integer.toString(QUOTA_MICROS));
    } else {
      return false;
    }
    return true;
  }

  @Test
  void samplesThatTheQuotaStoppedAreExplainedByIt() throws IOException, InterruptedException {
    Path root = CGROUPS.resolve("cpu");
    Path parent = Files.isDirectory(root) ? root : CGROUPS;
    assumeThat(Files.isWritable(parent))
        .as("%s is writable: only root makes groups", parent)
        .isTrue();
    Path group = parent.resolve("sextant-test-" + ProcessHandle.current().pid());
    Files.createDirectory(group);
    try {
      assumeThat(limit(group)).as("%s has a quota of CPU time", group).isTrue();
      assertThrottled(run(group));
    } finally {
      Files.delete(group);
    }
  }

  private String run(Path group) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                ThrottledMeasurement.class.getName(),
                group.resolve("cgroup.procs").toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    boolean ended = process.waitFor(90, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    String text = Files.readString(output);
    assertThat(ended).as(text).isTrue();
    return text;
  }

  private static void assertThrottled(String text) {
    assertThat(text).contains("CPU quota = " + QUOTA_MICROS).containsPattern("nr_throttled [1-9]");
    List<String[]> stopped =
        text.lines()
            .filter(line -> line.startsWith("sample "))
            .map(line -> line.split(" ", -1))
            .filter(
                parts ->
                    Math.min(Long.parseLong(parts[2]), Long.parseLong(parts[3])) >= NOTABLE_NANOS)
            .toList();
    assertThat(stopped).as(text).isNotEmpty();
    for (String[] parts : stopped) {
      assertThat(Double.parseDouble(parts[4])).as(text).isGreaterThanOrEqualTo(0.9);
      assertThat(Long.parseLong(parts[5])).as(text).isGreaterThanOrEqualTo(NOTABLE_NANOS / 2);
    }
  }
}
