package dev.sextant.engine.cache;

import java.util.Arrays;
import java.util.function.IntFunction;

/** What happened to the vectors of each model, by the models' numbers. Guarded by its owner. */
final class ModelCounters {

  /** The counts of one model. */
  static final class Counts {
    long entries;
    long bytes;
    long hits;
    long misses;
    long evictions;
    long rejections;
    long expirations;
    long savedMicros;
    long checksumFailures;

    void add(Counts other) {
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
  Counts of(int model) {
    if (model >= counts.length) {
      int known = counts.length;
      counts = Arrays.copyOf(counts, model + 1);
      for (int i = known; i <= model; i++) {
        counts[i] = new Counts();
      }
    }
    return counts[model];
  }

  /** Adds all counts to those of {@code sum}, by a model's number. */
  void addTo(IntFunction<Counts> sum) {
    for (int model = 0; model < counts.length; model++) {
      sum.apply(model).add(counts[model]);
    }
  }
}
