package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Metric;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/*
 * A new segment that takes the place of an older one and has most of its rows needs not be built
 * from nothing. Rows that are in both keep their links and levels, links to rows that are gone are
 * left out, and what is new is inserted as into any graph. A node that lost a good part of its
 * links that way is inserted once more, which adds links to what it has.
 *
 * New nodes rise no higher than the old ones and are numbered behind them on each level. So the
 * entry is a node that has its links.
 *
 * By the inner product, which is no metric, graphs so made find less than those made at once (0.97
 * against 0.99 of the nearest after six generations on test data): they are built from nothing.
 */
/** A finished graph whose links another takes over for the rows that both have. One thread's. */
final class Predecessor implements AutoCloseable {
  /** Of a hundred of its rows so many must be left, or the new graph is built from nothing. */
  private static final int LEAST_LEFT = 80;

  /** One in so many links lost has a node inserted again. */
  private static final int LOST_PART = 4;

  private final HnswSegment graph;
  private final long[] same;
  private final int[] ordinals;
  private int left;

  /**
   * Holds a graph until it is closed. {@code same} are ascending rowids whose vectors are as then.
   */
  Predecessor(HnswSegment graph, long[] same) {
    graph.acquire();
    this.graph = graph;
    this.same = same;
    ordinals = new int[graph.rows()];
  }

  /** Finds its rows among those of the new segment. */
  void find(MemorySegment rowids, int rows) {
    Arrays.fill(ordinals, Layer.NONE);
    int inSame = 0;
    int ordinal = 0;
    for (int old = 0; old < ordinals.length; old++) {
      long rowid = graph.rowidAt(old);
      while (inSame < same.length && same[inSame] < rowid) {
        inSame++;
      }
      while (ordinal < rows && rowid(rowids, ordinal) < rowid) {
        ordinal++;
      }
      boolean isSame = inSame < same.length && same[inSame] == rowid;
      if (isSame && ordinal < rows && rowid(rowids, ordinal) == rowid) {
        ordinals[old] = ordinal;
        left++;
      }
    }
  }

  private static long rowid(MemorySegment rowids, int ordinal) {
    return rowids.get(HnswBuilder.LONG, (long) ordinal * Long.BYTES);
  }

  /** Whether enough of it is left to go on from, once its rows have been found. */
  boolean isWorthwhile(HnswParameters parameters) {
    return left * 100L >= (long) ordinals.length * LEAST_LEFT
        && left > 0
        && parameters.m() == graph.parameters().m()
        && parameters.metric() == graph.parameters().metric()
        && parameters.metric() != Metric.INNER_PRODUCT
        && hasEntry();
  }

  /** Whether the first of its upper nodes that is left, the new entry, has links left. */
  private boolean hasEntry() {
    for (int level = graph.top(); level > 0; level--) {
      Layer layer = graph.layer(level);
      for (int node = 0; node < nodes(layer); node++) {
        if (ordinals[layer.ordinal(node)] >= 0) {
          return isLinked(node, level);
        }
      }
    }
    return false;
  }

  private boolean isLinked(int node, int top) {
    int[] links = new int[2 * graph.parameters().m()];
    for (int level = 0; level <= top; level++) {
      Layer layer = graph.layer(level);
      int count = layer.load(level == 0 ? graph.layer(top).ordinal(node) : node, links);
      int kept = 0;
      for (int i = 0; i < count; i++) {
        kept += ordinals[layer.ordinal(links[i])] >= 0 ? 1 : 0;
      }
      if (count > 0 && kept == 0) {
        return false;
      }
    }
    return true;
  }

  /** The levels of all rows: its own for those it has, drawn ones for the others. */
  Levels levels(byte[] drawn) {
    int rows = drawn.length;
    boolean[] old = new boolean[rows];
    byte[] tops = new byte[rows];
    int highest = 0;
    for (int node = 0; node < ordinals.length; node++) {
      if (ordinals[node] >= 0) {
        old[ordinals[node]] = true;
      }
    }
    for (int level = 1; level <= graph.top(); level++) {
      Layer layer = graph.layer(level);
      for (int node = 0; node < nodes(layer); node++) {
        int ordinal = ordinals[layer.ordinal(node)];
        if (ordinal >= 0) {
          tops[ordinal] = (byte) level;
          highest = level;
        }
      }
    }
    for (int ordinal = 0; ordinal < rows; ordinal++) {
      if (!old[ordinal]) {
        tops[ordinal] = (byte) Math.min(drawn[ordinal], highest);
      }
    }
    return Levels.of(tops, old);
  }

  private static int nodes(Layer layer) {
    return (int) (layer.links().byteSize() / ((long) layer.width() * Integer.BYTES));
  }

  /**
   * Gives new layers its links, and their scores.
   *
   * @return the nodes that are to be inserted, as {@link GraphBuild} numbers them
   */
  int[] copy(Levels levels, List<BuildLayer> layers, Int8Scorer scorer) {
    int uppers = levels.ordinals().length;
    int[] numbers = new int[levels.rows()];
    for (int ordinal = 0; ordinal < numbers.length; ordinal++) {
      numbers[ordinal] = uppers + ordinal;
    }
    for (int upper = 0; upper < uppers; upper++) {
      numbers[levels.ordinals()[upper]] = upper;
    }
    int[] own = IntStream.range(0, numbers.length).toArray();
    boolean[] linked = new boolean[levels.rows()];
    Copier copier = new Copier(2 * graph.parameters().m(), scorer);
    for (int level = 0; level <= levels.top(); level++) {
      Layer from = graph.layer(level);
      for (int node = 0; node < nodes(from); node++) {
        int ordinal = ordinals[from.ordinal(node)];
        if (ordinal >= 0) {
          boolean well = copier.copy(from, node, layers.get(level), level == 0 ? own : numbers);
          linked[ordinal] = level == 0 ? well : linked[ordinal] && well;
        }
      }
    }
    List<Integer> wanted = new ArrayList<>();
    for (int ordinal = 0; ordinal < numbers.length; ordinal++) {
      if (!linked[ordinal] && numbers[ordinal] != 0) {
        wanted.add(numbers[ordinal]);
      }
    }
    return wanted.stream().sorted().mapToInt(Integer::intValue).toArray();
  }

  /** Scratch for rows of links. */
  private final class Copier {
    private final int[] links;
    private final Int8Scorer scorer;
    private final GraphKernels.Batch batch;

    Copier(int width, Int8Scorer scorer) {
      this.links = new int[width];
      this.scorer = scorer;
      this.batch = new GraphKernels.Batch(width);
    }

    /**
     * Copies the links of a node that is in both.
     *
     * @param numbers of the layer's nodes by their ordinals
     * @return whether it has kept most of them
     */
    boolean copy(Layer from, int node, BuildLayer to, int[] numbers) {
      int count = from.load(node, links);
      int kept = 0;
      for (int i = 0; i < count; i++) {
        int ordinal = ordinals[from.ordinal(links[i])];
        if (ordinal >= 0) {
          batch.ordinals[kept] = ordinal;
          links[kept++] = numbers[ordinal];
        }
      }
      int ordinal = ordinals[from.ordinal(node)];
      batch.count = kept;
      scorer.queryRow(ordinal);
      scorer.score(batch);
      to.take(numbers[ordinal], links, batch.scores, kept);
      return (count - kept) * LOST_PART <= count;
    }
  }

  @Override
  public void close() {
    graph.release();
  }
}
