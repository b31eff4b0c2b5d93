package dev.sextant.storage.vector.hnsw;

import java.util.function.LongPredicate;

/** The rows that a search may find. */
public sealed interface RowFilter {
  /** Every row. */
  static RowFilter all() {
    return new All();
  }

  /**
   * The rows whose ordinal's bit is set: bit {@code o % 64} of {@code words[o / 64]}. Bits beyond
   * the array are taken as not set, and those beyond the segment's rows are ignored.
   */
  static RowFilter ordinals(long[] words) {
    long count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return new Ordinals(words, count);
  }

  /** The rows whose rowid satisfies {@code predicate}, which may be asked of any row. */
  static RowFilter rowids(LongPredicate predicate) {
    return new Rowids(predicate);
  }

  /** See {@link #all}. */
  record All() implements RowFilter {}

  /**
   * See {@link #ordinals}.
   *
   * @param words borrowed while the filter is in use
   * @param count of the bits set
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Ordinals(long[] words, long count) implements RowFilter {
    boolean test(int ordinal) {
      int word = ordinal >>> 6;
      return word < words.length && (words[word] >>> ordinal & 1) != 0;
    }
  }

  /** See {@link #rowids}. */
  record Rowids(LongPredicate predicate) implements RowFilter {}
}
