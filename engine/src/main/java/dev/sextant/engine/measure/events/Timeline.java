package dev.sextant.engine.measure.events;

import java.util.Arrays;
import java.util.List;

/** What happened during samples. */
public final class Timeline {
  private final long[] starts;
  private final long[] ends;
  private final List<Happening> happenings;

  /**
   * A timeline.
   *
   * @param starts of the samples, in nanoseconds on the events' clock; 0 for one that was lost
   * @param ends the same
   * @param happenings in the order in which they began
   */
  public Timeline(long[] starts, long[] ends, List<Happening> happenings) {
    this.starts = starts.clone();
    this.ends = ends.clone();
    this.happenings = List.copyOf(happenings);
  }

  /** When a sample began. */
  public long start(int sample) {
    return starts[sample];
  }

  /** When it ended. */
  public long end(int sample) {
    return ends[sample];
  }

  /** The first sample that ends at a moment or behind it; the number of samples where none does. */
  public int firstEndingBehind(long moment) {
    int at = Arrays.binarySearch(ends, moment);
    return at >= 0 ? at : -at - 1;
  }

  /** What happened, in the order in which it began. */
  public List<Happening> happenings() {
    return happenings;
  }
}
