package dev.sextant.storage.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.sqlite.SqliteConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that writes is killed at random moments: what it had flushed is there, and whole. */
class DurableCrashTest {
  private static final int ROUNDS = 12;
  private static final long SEED = Long.getLong("seed", 20_260_306L);

  @TempDir Path folder;

  @Test
  void whatWasFlushedIsThere() throws IOException, InterruptedException {
    System.out.println("DurableCrashTest -Dseed=" + SEED);
    Random random = new Random(SEED);
    Path file = folder.resolve("cache.db");
    List<String> warnings = new ArrayList<>();
    long next = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long durable = killAfter(file, next, random.nextInt(40));
      DurableStore.Options options = new DurableStore.Options(file, 1L << 30, 5000);
      try (DurableStore store =
          new DurableStore(options, new ModelNames(), InstantSource.system(), warnings::add)) {
        for (long number = next; number <= durable; number++) {
          float[] vector = store.get(0, DurableStoreTest.key(number)).orElseThrow().vector();
          assertThat(vector).isEqualTo(DurableStoreTest.vector(number, 384));
        }
        long lost = durable + 1;
        Optional<StoredVector> found = store.get(0, DurableStoreTest.key(lost));
        while (found.isPresent()) {
          assertThat(found.get().vector()).isEqualTo(DurableStoreTest.vector(lost, 384));
          found = store.get(0, DurableStoreTest.key(++lost));
        }
        next = lost;
        ModelCounters sum = new ModelCounters();
        store.count(sum);
        assertThat(sum.of(0).checksumFailures).isZero();
        assertThat(sum.of(0).entries).isEqualTo(next);
      }
      try (SqliteConnection raw =
          SqliteConnection.open(
              new SqliteConnection.OpenOptions(Optional.of(file), "rw", "normal", 5000))) {
        assertThat(
                raw.queryLong(
                    "SELECT count(*) FROM pragma_integrity_check WHERE"
                        + " integrity_check <> 'ok'"))
            .isZero();
        assertThat(raw.queryLong("SELECT count(*) FROM vectors")).isEqualTo(next);
      }
    }
    assertThat(next).isGreaterThan(ROUNDS);
    assertThat(warnings).isEmpty();
  }

  /** Runs a writer and kills it; returns the last number that it said to be durable. */
  private long killAfter(Path file, long next, int lines) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            DurableWriter.class.getName(),
            file.toString(),
            String.valueOf(next));
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectError(folder.resolve("errors.txt").toFile());
    Process process = builder.start();
    long durable = next - 1;
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("ready");
      for (int i = 0; i < lines; i++) {
        durable = durable(output.readLine());
      }
      process.toHandle().destroyForcibly();
      process.waitFor();
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.matches("durable \\d*9")) {
          durable = durable(line);
        }
      }
    }
    return durable;
  }

  private static long durable(String line) {
    assertThat(line).startsWith("durable ");
    return Long.parseLong(line.substring("durable ".length()));
  }
}
