package dev.sextant.engine.measure;

import dev.sextant.storage.probe.Counter;
import dev.sextant.storage.probe.ThreadProbe;
import java.util.Arrays;

/** What was read of each sample, column by column. Grows outside the times that are taken. */
public final class Samples {
  private int count;
  private int[] subjects = new int[64];
  private int[] runs = new int[64];
  private long[] starts = new long[64];
  private long[] walls = new long[64];
  private long[] rows = new long[64];
  private long[] hits = new long[64];
  private long[] misses = new long[64];
  private final long[][] counters = new long[ThreadProbe.SLOTS][64];

  /**
   * A sample.
   *
   * @param subject which query, from 0
   * @param run which run of it, from 0; negative for one of the self-test
   * @param start nanoseconds since the measurement began
   * @param wall nanoseconds it took
   * @param hits of the embedding cache
   * @param misses of the embedding cache
   */
  record Taken(int subject, int run, long start, long wall, long rows, long hits, long misses) {}

  /** Adds a sample with the readings before and behind it. */
  void add(Taken taken, long[] before, long[] after) {
    if (count == walls.length) {
      grow();
    }
    subjects[count] = taken.subject();
    runs[count] = taken.run();
    starts[count] = taken.start();
    walls[count] = taken.wall();
    rows[count] = taken.rows();
    hits[count] = taken.hits();
    misses[count] = taken.misses();
    for (int slot = 0; slot < counters.length; slot++) {
      boolean known = before[slot] != Counter.MISSING && after[slot] != Counter.MISSING;
      counters[slot][count] = known ? after[slot] - before[slot] : Counter.MISSING;
    }
    count++;
  }

  private void grow() {
    int length = 2 * count;
    subjects = Arrays.copyOf(subjects, length);
    runs = Arrays.copyOf(runs, length);
    starts = Arrays.copyOf(starts, length);
    walls = Arrays.copyOf(walls, length);
    rows = Arrays.copyOf(rows, length);
    hits = Arrays.copyOf(hits, length);
    misses = Arrays.copyOf(misses, length);
    for (int slot = 0; slot < counters.length; slot++) {
      counters[slot] = Arrays.copyOf(counters[slot], length);
    }
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** Which query a sample is of. */
  public int subject(int sample) {
    return subjects[sample];
  }

  /** Which run of its query it is, from 0; negative for one of the self-test. */
  public int run(int sample) {
    return runs[sample];
  }

  /** Nanoseconds from the start of the measurement. */
  public long start(int sample) {
    return starts[sample];
  }

  /** Nanoseconds it took. */
  public long wall(int sample) {
    return walls[sample];
  }

  /** Rows it gave. */
  public long rows(int sample) {
    return rows[sample];
  }

  /** Texts whose embeddings were kept. */
  public long hits(int sample) {
    return hits[sample];
  }

  /** Texts that had to be embedded. */
  public long misses(int sample) {
    return misses[sample];
  }

  /** By how much a counter grew; {@link Counter#MISSING} where it cannot be read. */
  public long get(Counter counter, int sample) {
    return counters[counter.slot()][sample];
  }

  /** By how much a counter grew; 0 where it cannot be read. */
  long orZero(Counter counter, int sample) {
    long value = get(counter, sample);
    return value == Counter.MISSING ? 0 : value;
  }

  /** Whether a thread's CPU was another behind the sample than before. */
  public boolean migrated(int sample) {
    return orZero(Counter.CPU, sample) != 0;
  }
}
