package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One build of a graph over rows that are coded already.
 *
 * <p>Nodes of the upper levels come first, from the highest down: so the entry never changes, and
 * rows that come sorted find long links to start from.
 */
final class GraphBuild {
  private static final int BATCH = 64;

  /** Nodes that one thread inserts before others join. */
  private static final int ALONE = 512;

  private final HnswParameters parameters;
  private final Levels levels;
  private final Int8Codec codec;
  private final GraphKernels kernels;
  private final int rows;
  private final List<BuildLayer> layers;
  private final AtomicInteger nextBatch = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final int[] nodes;

  /** Of all nodes, none of which has links. */
  GraphBuild(Graph graph, Coding coding) {
    this(graph, coding, all(graph.levels()));
  }

  /**
   * A graph that is to be.
   *
   * @param layers from level 0 up
   */
  record Graph(HnswParameters parameters, Levels levels, List<BuildLayer> layers) {}

  /**
   * Of some nodes, the others having their links.
   *
   * @param nodes in the order of insertion: of one above level 0 its number there, of another its
   *     ordinal plus how many are above
   */
  GraphBuild(Graph graph, Coding coding, int[] nodes) {
    HnswParameters parameters = graph.parameters();
    Levels levels = graph.levels();
    List<BuildLayer> layers = graph.layers();
    this.parameters = parameters;
    this.levels = levels;
    this.codec = coding.codec();
    this.kernels = coding.kernels();
    this.rows = coding.rows();
    this.layers = layers;
    this.nodes = nodes;
  }

  /** The rows' codes and what compares them. */
  record Coding(Int8Codec codec, GraphKernels kernels, int rows) {}

  HnswParameters parameters() {
    return parameters;
  }

  Levels levels() {
    return levels;
  }

  Int8Codec codec() {
    return codec;
  }

  GraphKernels kernels() {
    return kernels;
  }

  int rows() {
    return rows;
  }

  BuildLayer layer(int level) {
    return layers.get(level);
  }

  /** Inserts the nodes, or throws INTERRUPTED. */
  void run(BuildOptions options) {
    Inserter own = new Inserter(this);
    int alone = Math.min(nodes.length, ALONE);
    for (int i = 0; i < alone; i++) {
      insert(own, nodes[i]);
    }
    done.set(rows - nodes.length + alone);
    List<BuildOptions.Helper> others = new ArrayList<>();
    for (int t = 1; t < options.threads() && nodes.length > alone; t++) {
      others.add(options.crew().begin(this::insertBatches, t));
    }
    try {
      while (failures.isEmpty() && insertBatch(own, alone)) {
        options.progress().inserted(done.get(), rows);
        if (options.cancelled().getAsBoolean()) {
          throw cancelled();
        }
      }
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
    join(others);
    rethrow();
    options.progress().inserted(rows, rows);
  }

  private void insertBatches() {
    try {
      Inserter inserter = new Inserter(this);
      while (failures.isEmpty() && insertBatch(inserter, Math.min(nodes.length, ALONE))) {
        Thread.onSpinWait();
      }
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
  }

  private boolean insertBatch(Inserter inserter, int alone) {
    long from = alone + (long) nextBatch.getAndIncrement() * BATCH;
    if (from >= nodes.length) {
      return false;
    }
    int to = (int) Math.min(nodes.length, from + BATCH);
    for (int i = (int) from; i < to; i++) {
      insert(inserter, nodes[i]);
    }
    done.addAndGet(to - (int) from);
    return true;
  }

  private void insert(Inserter inserter, int node) {
    int upper = levels.ordinals().length;
    if (node < upper) {
      inserter.insert(levels.ordinals()[node], node, level(node));
    } else {
      inserter.insert(node - upper, 0, 0);
    }
  }

  private int level(int upper) {
    int level = 0;
    while (level < levels.top() && upper < levels.counts()[level]) {
      level++;
    }
    return level;
  }

  /** All but the entry: those above level 0 and then the others, ascending. */
  private static int[] all(Levels levels) {
    int upper = levels.ordinals().length;
    boolean[] isUpper = new boolean[levels.rows()];
    for (int ordinal : levels.ordinals()) {
      isUpper[ordinal] = true;
    }
    int[] result = new int[Math.max(0, levels.rows() - 1)];
    int size = 0;
    for (int node = 1; node < upper; node++) {
      result[size++] = node;
    }
    for (int ordinal = upper == 0 ? 1 : 0; ordinal < isUpper.length; ordinal++) {
      if (!isUpper[ordinal]) {
        result[size++] = upper + ordinal;
      }
    }
    return result;
  }

  private StorageException cancelled() {
    return new StorageException(
        Kind.INTERRUPTED,
        "Index build was cancelled after " + done.get() + " of " + rows + " rows.");
  }

  private void join(List<BuildOptions.Helper> helpers) {
    boolean interrupted = false;
    for (BuildOptions.Helper helper : helpers) {
      boolean ended = false;
      while (!ended) {
        try {
          helper.await();
          ended = true;
        } catch (InterruptedException e) {
          interrupted = true;
          failures.add(cancelled());
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void rethrow() {
    switch (failures.peek()) {
      case null -> {}
      case StorageException e ->
          throw new StorageException(e.kind(), String.valueOf(e.getMessage()), e);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }
}
