package dev.sextant.engine.vector;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The rows that have changed since an index was built, in the order in which that became known.
 * Whoever adds holds a lock; any thread reads.
 */
final class ChangedRows {
  private static final int FIRST_CAPACITY = 256;

  private final Set<Long> known = new HashSet<>();
  private long[] ids = new long[FIRST_CAPACITY];
  private long[] firsts = new long[FIRST_CAPACITY];
  private volatile State state = new State(ids, firsts, 0);

  /**
   * The rows that are known at a moment.
   *
   * @param ids what is behind {@code size} is not to be read
   * @param firsts for each, the first log entry that names it
   */
  @SuppressWarnings("ArrayRecordComponent") // Read by index, never compared.
  record State(long[] ids, long[] firsts, int size) {
    /** Ascending ids of the rows from a place on that had changed by a log entry. */
    long[] by(long seq, int from) {
      return IntStream.range(from, size)
          .filter(i -> firsts[i] <= seq)
          .mapToLong(i -> ids[i])
          .sorted()
          .toArray();
    }
  }

  /** A row has changed; nothing if that is known. */
  void add(long id, long first) {
    if (!known.add(id)) {
      return;
    }
    int size = state.size();
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
      firsts = Arrays.copyOf(firsts, 2 * size);
    }
    ids[size] = id;
    firsts[size] = first;
    state = new State(ids, firsts, size + 1);
  }

  /** How many. */
  int size() {
    return state.size();
  }

  /** What is known now. */
  State state() {
    return state;
  }
}
