package dev.sextant.engine.cache.policy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/*
 * A count-min sketch [1] of four-bit counters that forgets: after ten additions for each expected
 * entry all counters are halved, as TinyLFU [2] asks for. The four counters of a key lie in one
 * block of eight words, a cache line: one in each pair of words, where one bit of the hash chooses
 * the word and four bits the counter in it. Blocks are chosen by the low half of the hash, counters
 * by its high half, so the table doubles by being written twice: each key then finds its old
 * counters in its new block.
 *
 * [1] Cormode, Muthukrishnan: An Improved Data Stream Summary. J. Algorithms 55 (2005).
 * [2] Einziger, Friedman, Manes: TinyLFU: A Highly Efficient Cache Admission Policy. ACM ToS 2017.
 */
/** About how often each key was asked for of late, from 0 to 15. */
final class FrequencySketch {
  private static final int WORDS_PER_BLOCK = 8;
  private static final int HASHES = 4;
  private static final int CHOICE_BITS = 8;
  private static final long LOW_BITS = 0x1111111111111111L;
  private static final long HALF_MASK = 0x7777777777777777L;
  private static final int ADDITIONS_PER_ENTRY = 10;
  private static final int MAX_ENTRIES = 1 << 27;

  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  private long[] words;
  private int expectedEntries;
  private int additions;
  private int halvings;

  FrequencySketch(int expectedEntries) {
    this.expectedEntries = Math.min(MAX_ENTRIES, expectedEntries);
    int length = Math.max(WORDS_PER_BLOCK, this.expectedEntries);
    this.words = new long[length == 1 ? 1 : Integer.highestOneBit(length - 1) << 1];
  }

  /** Reads the words of some hashes, so that they are near when they are counted. */
  void touch(long[] hashes, int count) {
    for (int i = 0; i < count; i++) {
      // An opaque read is not left out for want of use.
      long _ = (long) WORDS.getOpaque(words, block(hashes[i]));
    }
  }

  /**
   * Counts a request.
   *
   * @return false where all counters were full, as they stay for the same hash until the next
   *     halving
   */
  boolean increment(long hash) {
    int block = block(hash);
    int choice = choice(hash);
    boolean added = false;
    for (int i = 0; i < HASHES; i++) {
      int bits = choice >>> (i * CHOICE_BITS);
      int word = block + 2 * i + (bits & 1);
      int shift = ((bits >>> 1) & 15) << 2;
      long full = 15L << shift;
      if ((words[word] & full) != full) {
        words[word] += 1L << shift;
        added = true;
      }
    }
    if (added && ++additions >= period()) {
      halve();
    }
    return added;
  }

  /** How many times the counters were halved. */
  int halvings() {
    return halvings;
  }

  /** The estimate; never below the number of requests since the last halving, up to 15. */
  int frequency(long hash) {
    int block = block(hash);
    int choice = choice(hash);
    int least = 15;
    for (int i = 0; i < HASHES; i++) {
      int bits = choice >>> (i * CHOICE_BITS);
      long word = words[block + 2 * i + (bits & 1)];
      least = Math.min(least, (int) (word >>> (((bits >>> 1) & 15) << 2)) & 15);
    }
    return least;
  }

  private int block(long hash) {
    return ((int) hash * WORDS_PER_BLOCK) & (words.length - 1);
  }

  private static int choice(long hash) {
    return (int) (hash >>> 32);
  }

  private void halve() {
    halvings++;
    int odd = 0;
    for (int i = 0; i < words.length; i++) {
      odd += Long.bitCount(words[i] & LOW_BITS);
      words[i] = (words[i] >>> 1) & HALF_MASK;
    }
    additions = (additions - odd / HASHES) / 2;
  }

  /** Makes room for twice the entries; no estimate changes. */
  void grow() {
    if (expectedEntries >= MAX_ENTRIES) {
      return;
    }
    expectedEntries *= 2;
    if (expectedEntries <= words.length) {
      return;
    }
    long[] wider = new long[words.length * 2];
    System.arraycopy(words, 0, wider, 0, words.length);
    System.arraycopy(words, 0, wider, words.length, words.length);
    words = wider;
  }

  /** Counts for another number of entries from now on, in the same table. */
  void expect(int entries) {
    expectedEntries = Math.min(MAX_ENTRIES, entries);
  }

  int expectedEntries() {
    return expectedEntries;
  }

  /** How many additions bring the next halving; also the length of a hill climber's sample. */
  int period() {
    return (int) Math.min(Integer.MAX_VALUE, (long) ADDITIONS_PER_ENTRY * expectedEntries);
  }

  long bytes() {
    return (long) words.length * Long.BYTES;
  }
}
