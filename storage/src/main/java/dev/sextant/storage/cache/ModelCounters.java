package dev.sextant.storage.cache;

import java.util.Arrays;

/** What happened to the vectors of each model in one tier, by the models' numbers. */
public final class ModelCounters {

  /** The counts of one model. Guarded by the tier. */
  public static final class Counts {
    public long entries;
    public long bytes;
    public long hits;
    public long misses;
    public long evictions;
    public long rejections;
    public long expirations;
    public long savedMicros;
    public long checksumFailures;

    private void add(Counts other) {
      entries += other.entries;
      bytes += other.bytes;
      hits += other.hits;
      misses += other.misses;
      evictions += other.evictions;
      rejections += other.rejections;
      expirations += other.expirations;
      savedMicros += other.savedMicros;
      checksumFailures += other.checksumFailures;
    }
  }

  private Counts[] counts = {};

  /** The counts of a model, zeros at first. */
  public Counts of(int model) {
    if (model >= counts.length) {
      int known = counts.length;
      counts = Arrays.copyOf(counts, model + 1);
      for (int i = known; i <= model; i++) {
        counts[i] = new Counts();
      }
    }
    return counts[model];
  }

  /** Sets entries and bytes to zero; what happened stays. */
  public void forgetEntries() {
    for (Counts each : counts) {
      each.entries = 0;
      each.bytes = 0;
    }
  }

  /** Adds all counts to those of {@code sum}. */
  public void addTo(ModelCounters sum) {
    for (int model = 0; model < counts.length; model++) {
      sum.of(model).add(counts[model]);
    }
  }
}
