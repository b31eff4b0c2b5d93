package dev.sextant.jdbc.bench.cache;

import dev.sextant.storage.cache.CacheKey;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;

/**
 * Keys, their vectors, and an order of requests after Zipf's law: the key of rank r is asked for in
 * proportion to r to the power of -0.99, as YCSB does it. Ranks are spread over the keys at random.
 */
final class Requests {
  static final double EXPONENT = 0.99;

  private final CacheKey[] keys;
  private final int dimensions;
  private final int[] order;
  private final CacheKey[] asked;

  Requests(int count, int dimensions, int requests, long seed) {
    this.keys = new CacheKey[count];
    this.dimensions = dimensions;
    this.order = new int[requests];
    this.asked = new CacheKey[requests];
    Random random = new Random(seed);
    int[] ranked = random.ints(count).toArray();
    Integer[] places = new Integer[count];
    Arrays.setAll(places, i -> i);
    Arrays.sort(places, (a, b) -> Integer.compare(ranked[a], ranked[b]));
    double[] sums = new double[count];
    double sum = 0;
    for (int rank = 0; rank < count; rank++) {
      sum += Math.pow(rank + 1, -EXPONENT);
      sums[rank] = sum;
    }
    for (int i = 0; i < requests; i++) {
      int found = Arrays.binarySearch(sums, random.nextDouble() * sum);
      order[i] = places[Math.min(count - 1, found < 0 ? -found - 1 : found)];
    }
    for (int i = 0; i < count; i++) {
      keys[i] = digest(i);
    }
    for (int i = 0; i < requests; i++) {
      CacheKey key = keys[order[i]];
      asked[i] = new CacheKey(key.a(), key.b(), key.c(), key.d());
    }
  }

  private static CacheKey digest(int number) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return CacheKey.of(sha.digest(ByteBuffer.allocate(4).putInt(number).array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  int count() {
    return keys.length;
  }

  CacheKey key(int number) {
    return keys[number];
  }

  /** The vector of a key: its number comes first, so that a wrong one is noticed. */
  float[] vector(int number) {
    float[] vector = new float[dimensions];
    Arrays.fill(vector, 0.5f);
    vector[0] = number;
    return vector;
  }

  int dimensions() {
    return dimensions;
  }

  /** The key that a request brings: an object of its own, as the digest of a text is. */
  CacheKey asked(int request) {
    return asked[request];
  }

  int[] order() {
    return order;
  }
}
