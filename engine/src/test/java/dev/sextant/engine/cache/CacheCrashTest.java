package dev.sextant.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that fill a cache are killed at random moments, round after round on the same files.
 * Each time the cache opens, the other process goes on, no vector is wrong, and all that was said
 * to be kept is there.
 */
@Timeout(900)
class CacheCrashTest {
  private static final int ROUNDS = Integer.getInteger("rounds", 5);
  private static final int TEXTS = 20_000;
  private static final long SEED = Long.getLong("seed", 20_261_122L);

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private int children;

  private ChildJvm child(String store, String task, int number) throws Exception {
    return new ChildJvm(
        folder.resolve("errors-" + children++ + ".txt"),
        ChildJvm.FLAGS,
        List.of(
            CacheCrashWriter.class.getName(),
            folder.resolve("x.db-sextant").toString(),
            store,
            task,
            String.valueOf(number),
            String.valueOf(TEXTS / ROUNDS)));
  }

  private static int acknowledged(String line) {
    assertThat(line).startsWith("kept ");
    return Integer.parseInt(line.substring("kept ".length()));
  }

  /** Lets a writer go on for a random number of lines and a random while, and kills it. */
  private int killSoon(ChildJvm writer) throws Exception {
    int kept = 0;
    for (int lines = random.nextInt(8); lines >= 0; lines--) {
      kept = Math.max(kept, acknowledged(writer.next()));
    }
    long spins = random.nextInt(3_000_000);
    for (long i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
    writer.kill();
    for (String line : writer.rest()) {
      kept = line.startsWith("kept ") ? Math.max(kept, acknowledged(line)) : kept;
    }
    assertThat(writer.errors()).isEmpty();
    return kept;
  }

  /** Has a process look for all that was kept; returns how much of it is gone. */
  private int lost(String store, int kept) throws Exception {
    try (ChildJvm reader = child(store, "read", kept)) {
      List<String> said = reader.rest();
      assertThat(said).as(reader.errors()).hasSize(1);
      assertThat(said.getFirst()).startsWith("lost ");
      assertThat(reader.errors()).isEmpty();
      return Integer.parseInt(said.getFirst().substring("lost ".length()));
    }
  }

  @Test
  void thePrivateStoreLosesOnlyWhatWasNotDurable() throws Exception {
    System.out.println("CacheCrashTest -Dseed=" + SEED);
    int kept = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (ChildJvm writer = child("private", "write", kept)) {
        kept = killSoon(writer);
      }
      assertThat(lost("private", kept)).as("round %d", round).isZero();
    }
    assertThat(kept).isPositive();
  }

  @Test
  void theSharedStoreLosesOnlyWhatWasBeingWritten() throws Exception {
    System.out.println("CacheCrashTest -Dseed=" + SEED);
    int kept = 0;
    int kills = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (ChildJvm one = child("shared", "write", kept);
          ChildJvm two = child("shared", "write", kept)) {
        int first = acknowledged(one.next());
        int second = acknowledged(two.next());
        first = Math.max(first, killSoon(one));
        kills++;
        // The other one goes on.
        for (int lines = 0; lines < 3; lines++) {
          second = Math.max(second, acknowledged(two.next()));
        }
        if (random.nextBoolean()) {
          second = Math.max(second, killSoon(two));
          kills++;
        } else {
          two.say("end");
          for (String line : two.rest()) {
            second = line.startsWith("kept ") ? Math.max(second, acknowledged(line)) : second;
          }
        }
        assertThat(two.errors()).isEmpty();
        kept = Math.max(kept, Math.max(first, second));
      }
      int lost = lost("shared", kept);
      assertThat(lost).as("round %d of %d kept", round, kept).isLessThanOrEqualTo(kills);
      assertThat(Files.size(folder.resolve("x.db-sextant").resolve("cache.shared")))
          .isLessThanOrEqualTo(CacheCrashWriter.BYTES);
    }
    assertThat(kept).isPositive();
  }
}
