package dev.sextant.storage.numa;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/*
 * The chase is one cycle through all cache lines in an order drawn at random (Sattolo's), so that
 * each load has to wait for the one before, and no prefetcher knows what is next. What is measured
 * holds the walk through the table of pages, as it does for every program. The stream adds up all
 * words in their order, which prefetchers see through.
 */
/** Measures memory from the calling thread, which should stay where it is meanwhile. */
public final class MemoryProbe {
  private static final int LINE = 64;
  private static final int STEPS = 1 << 14;
  private static final int SLICE = 1 << 20;
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

  private final MemorySegment memory;
  private final LongSupplier nanoTime;
  private final BooleanSupplier stopped;
  private long sink;

  /**
   * A probe of a region, whose content it overwrites.
   *
   * @param stopped asked now and then; the measurement ends early where it says true
   */
  public MemoryProbe(PlacedRegion region, LongSupplier nanoTime, BooleanSupplier stopped) {
    this.memory = region.memory();
    this.nanoTime = nanoTime;
    this.stopped = stopped;
  }

  /** Nanoseconds that a load takes which depends on the one before; at most so many in all. */
  public double latencyNanos(long most) {
    int lines = (int) (memory.byteSize() / LINE);
    int[] next = new int[lines];
    for (int i = 0; i < lines; i++) {
      next[i] = i;
    }
    SplittableRandom random = new SplittableRandom(lines);
    for (int i = lines - 1; i > 0; i--) {
      int other = random.nextInt(i);
      int kept = next[i];
      next[i] = next[other];
      next[other] = kept;
    }
    for (int i = 0; i < lines; i++) {
      memory.set(WORD, (long) i * LINE, (long) next[i] * LINE);
    }
    long start = nanoTime.getAsLong();
    long steps = 0;
    long took;
    long at = 0;
    do {
      for (int i = 0; i < STEPS; i++) {
        at = memory.get(WORD, at);
      }
      steps += STEPS;
      took = nanoTime.getAsLong() - start;
    } while (took < most && !stopped.getAsBoolean());
    sink += at;
    return (double) took / steps;
  }

  /** Bytes a nanosecond, which is GB/s, that are read in order; for at most so many in all. */
  public double bandwidth(long most) {
    long words = memory.byteSize() / Long.BYTES;
    long start = nanoTime.getAsLong();
    long read = 0;
    long took;
    long sum = 0;
    do {
      long from = read % words;
      long to = Math.min(words, from + SLICE);
      for (long i = from; i < to; i++) {
        sum += memory.get(WORD, i * Long.BYTES);
      }
      read += to - from;
      took = nanoTime.getAsLong() - start;
    } while (took < most && !stopped.getAsBoolean());
    sink += sum;
    return (double) read * Long.BYTES / Math.max(1, took);
  }

  /** What the measurements have read, so that none of it is left out. */
  public long sink() {
    return sink;
  }
}
