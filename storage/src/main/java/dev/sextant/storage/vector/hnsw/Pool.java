package dev.sextant.storage.vector.hnsw;

/*
 * A node is one long: its score made to sort as an integer, then its number, then whether it was
 * expanded. A traversal that stops when its nearest candidate is farther than the ef-th nearest
 * found never expands a node that was pushed out of the ef nearest, so that one sorted array serves
 * for both heaps of the paper. It moves a few cache lines for an insertion, and most nodes that are
 * scored are not inserted at all.
 */
/** The {@code ef} nearest nodes found so far, nearest first, and which were expanded. */
final class Pool {
  /** Nodes that are expanded wherever they are: they lead to those within the horizon. */
  static final int ALWAYS = 16;

  private static final long EXPANDED = 1;

  private long[] keys = new long[0];
  private int capacity;
  private int size;
  private int cursor;
  private float worst;
  private float horizon;

  /** Empties the pool and lets it hold {@code ef} nodes. */
  void reset(int ef) {
    reset(ef, Float.POSITIVE_INFINITY);
  }

  /** As above; of nodes beyond the horizon only the {@link #ALWAYS} nearest are expanded. */
  void reset(int ef, float newHorizon) {
    horizon = newHorizon;
    if (keys.length < ef) {
      keys = new long[ef];
    }
    capacity = ef;
    size = 0;
    cursor = 0;
    worst = Float.POSITIVE_INFINITY;
  }

  /** Takes over the nodes of {@code other}, whose capacity is no less. */
  void copy(Pool other) {
    if (keys.length < other.size) {
      keys = new long[other.size];
    }
    System.arraycopy(other.keys, 0, keys, 0, other.size);
    capacity = other.capacity;
    size = other.size;
  }

  /** Drops the nodes beyond the horizon. */
  void cut(float nearest) {
    while (size > 0 && score(size - 1) > nearest) {
      size--;
    }
  }

  int size() {
    return size;
  }

  int node(int rank) {
    return node(keys[rank]);
  }

  float score(int rank) {
    return score(keys[rank]);
  }

  /** Adds each node of a batch that is nearer than the worst. */
  void offerAll(int[] nodes, float[] scores, int count) {
    for (int i = 0; i < count; i++) {
      if (scores[i] < worst || size < capacity) {
        offer(nodes[i], scores[i]);
      }
    }
  }

  /** Adds a node, if it is among the nearest. */
  void offer(int node, float score) {
    long key = key(node, score);
    if (size == capacity) {
      if (key >= keys[size - 1]) {
        return;
      }
      size--;
    }
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keys[middle] < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    System.arraycopy(keys, low, keys, low + 1, size - low);
    keys[low] = key;
    size++;
    cursor = Math.min(cursor, low);
    if (size == capacity) {
      worst = score(size - 1);
    }
  }

  /** The nearest node not yet expanded, now taken to be; -1 if there is none. */
  int next() {
    while (cursor < size) {
      long key = keys[cursor];
      if ((key & EXPANDED) == 0) {
        if (cursor >= ALWAYS && score(key) > horizon) {
          return -1;
        }
        keys[cursor] = key | EXPANDED;
        cursor++;
        return (int) key >>> 1;
      }
      cursor++;
    }
    return -1;
  }

  /** The node that {@link #next} would return. */
  int peek() {
    for (int i = cursor; i < size; i++) {
      if ((keys[i] & EXPANDED) == 0) {
        return node(keys[i]);
      }
    }
    return -1;
  }

  /** A long that sorts by score and then by node. */
  static long key(int node, float score) {
    int bits = Float.floatToRawIntBits(score);
    int sortable = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return ((long) sortable << 32) | ((long) node << 1);
  }

  static int node(long key) {
    return (int) key >>> 1;
  }

  static float score(long key) {
    int sortable = (int) (key >> 32);
    return Float.intBitsToFloat(sortable ^ ((sortable >> 31) & Integer.MAX_VALUE));
  }
}
