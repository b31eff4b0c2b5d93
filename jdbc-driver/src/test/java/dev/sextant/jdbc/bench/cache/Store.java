package dev.sextant.jdbc.bench.cache;

import dev.sextant.storage.cache.CacheKey;
import java.io.IOException;

/** Vectors by their keys, used by one thread. */
interface Store extends AutoCloseable {
  /** What a store gives that does not have the key. */
  float MISS = -1;

  /** As the report calls it. */
  String name();

  /**
   * The first float of a vector, read where it lies if the store allows that.
   *
   * @param number of the key, for stores that are given numbers
   */
  float get(int number, CacheKey key);

  /** Keeps a vector; others may have to go. */
  void put(int key, float[] vector);

  @Override
  void close() throws IOException;
}
