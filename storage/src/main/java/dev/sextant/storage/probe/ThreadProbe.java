package dev.sextant.storage.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the counters of the thread that opened it; of no use to another. Where a facility is
 * missing, its counters are {@link Counter#MISSING} and {@link #missing} says why.
 */
public final class ThreadProbe implements AutoCloseable {
  /** Length of the arrays that take a reading. */
  public static final int SLOTS = Counter.values().length;

  private final Facility[] facilities;
  private final long[] blank = new long[SLOTS];
  private final Map<Counter, String> missing;

  private ThreadProbe(List<Facility> facilities, Map<Counter, String> missing) {
    this.facilities = facilities.toArray(Facility[]::new);
    this.missing = missing;
    Arrays.fill(blank, Counter.MISSING);
  }

  /**
   * A probe of the calling thread.
   *
   * @param sources read in this order; see {@link HostProbes}
   */
  public static ThreadProbe open(List<ProbeSource> sources) {
    List<Facility> open = new ArrayList<>();
    Map<Counter, String> missing = new EnumMap<>(Counter.class);
    for (ProbeSource source : sources) {
      try {
        open.add(source.opener().open());
      } catch (UnavailableException unavailable) {
        source
            .counters()
            .forEach(counter -> missing.put(counter, source.name() + ": " + unavailable.reason()));
      }
    }
    return new ThreadProbe(open, missing);
  }

  /** Reads all counters, each at its {@link Counter#slot}. Allocates nothing. */
  public void read(long[] into) {
    System.arraycopy(blank, 0, into, 0, SLOTS);
    for (Facility facility : facilities) {
      facility.read(into);
    }
  }

  /** Why counters are missing. */
  public Map<Counter, String> missing() {
    return missing;
  }

  /** To be called by the thread that opened it. */
  @Override
  public void close() {
    for (Facility facility : facilities) {
      facility.close();
    }
  }
}
