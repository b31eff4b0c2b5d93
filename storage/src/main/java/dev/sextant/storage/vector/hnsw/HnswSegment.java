package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.PageSurvey;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Space;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.hnsw.GraphKernels.Rows;
import dev.sextant.storage.vector.hnsw.HnswLayout.Section;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/*
 * Closing works as in VectorStore: the count of calls now running and the closed flag share one
 * integer, and who brings it to CLOSED frees the memory.
 */
/**
 * A finished graph over rows that do not change, safe for many threads.
 *
 * <p>With codes, those and the graph are held in memory, drawn from the budget; the float32
 * vectors, of which a search reads few, are mapped from the file, or held in memory too where that
 * is placed and the budget has room for them. Without codes all is held in memory.
 */
public final class HnswSegment implements AutoCloseable {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final HnswLayout layout;
  private final Map<Section, MemorySegment> sections;
  private final Owned owned;
  private final GraphKernels kernels;
  private final AtomicInteger uses = new AtomicInteger();
  private final int[] upperOrdinals;
  private final float[] center;

  /** What a segment frees when it is closed, and draws its searchers' scratch from. */
  record Owned(OffHeap memory, MemoryBudget budget) {}

  /** Told each row of a segment. */
  @FunctionalInterface
  public interface RowConsumer {
    /** A row; {@code vector} is borrowed for the call. */
    void accept(long rowid, float[] vector);
  }

  HnswSegment(
      HnswLayout layout, Map<Section, MemorySegment> sections, Owned owned, Kernels kernels) {
    this(layout, sections, owned, GraphKernels.of(kernels));
  }

  private HnswSegment(
      HnswLayout layout, Map<Section, MemorySegment> sections, Owned owned, GraphKernels kernels) {
    this.layout = layout;
    this.sections = sections;
    this.owned = owned;
    this.kernels = kernels;
    upperOrdinals = section(Section.UPPER_ORDINALS).toArray(Layer.INT);
    center = section(Section.CENTER).toArray(FloatScorer.FLOAT);
  }

  /**
   * Opens a segment's file, all of which is read and checked.
   *
   * @throws StorageException of kind CORRUPT, naming the part, if the file is not whole;
   *     CANNOT_OPEN or IO if it cannot be read; RESOURCES if the budget is used up
   */
  public static HnswSegment open(Path file, MemoryBudget budget, Kernels kernels) {
    return open(file, budget, kernels, Space.ORDINARY);
  }

  /** As above; what it holds in memory comes from a space. */
  public static HnswSegment open(Path file, MemoryBudget budget, Kernels kernels, Space space) {
    return SegmentReader.open(file, budget, kernels, space);
  }

  /**
   * A copy, all in memory that comes from a space.
   *
   * @throws StorageException of kind RESOURCES if the budget is used up
   */
  public HnswSegment copy(Space space) {
    acquire();
    try {
      OffHeap memory = new OffHeap(owned.budget(), "A copy of an index segment", space);
      boolean kept = false;
      try {
        Map<Section, MemorySegment> copies = new EnumMap<>(Section.class);
        sections.forEach(
            (s, from) -> copies.put(s, memory.allocate(from.byteSize()).copyFrom(from)));
        HnswSegment copy =
            new HnswSegment(layout, copies, new Owned(memory, owned.budget()), kernels);
        kept = true;
        return copy;
      } finally {
        if (!kept) {
          memory.close();
        }
      }
    } finally {
      release();
    }
  }

  /** Bytes of vectors that are read from the file, through the page cache. */
  public long mappedBytes() {
    return owned.memory().mappedBytes();
  }

  /** The regions that it lies in, as far as it was placed. */
  public List<PlacedRegion> placed() {
    return owned.memory().placed();
  }

  /**
   * The pages of what searches read, by node, now; empty where the kernel does not tell. Vectors
   * that are mapped from the file lie in the page cache and are not counted.
   */
  public Map<Integer, Long> pagesByNode(Kernel kernel) {
    acquire();
    try {
      boolean mapped = mappedBytes() > 0;
      return PageSurvey.byNode(
          kernel,
          sections.entrySet().stream()
              .filter(section -> !mapped || section.getKey() != Section.VECTORS)
              .map(Map.Entry::getValue)
              .toList());
    } finally {
      release();
    }
  }

  /**
   * Writes the segment to {@code file}, which appears whole or not at all, and is on disk when this
   * returns.
   */
  public void write(Path file) {
    acquire();
    try {
      SegmentWriter.write(file, layout, sections);
    } finally {
      release();
    }
  }

  /** What the graph was built with. */
  public HnswParameters parameters() {
    return layout.parameters();
  }

  /** Dimensions of every vector. */
  public int dimensions() {
    return layout.dimensions();
  }

  /** Rows in the segment. Their ordinals run from 0 in the order of rowids. */
  public int rows() {
    return layout.rows();
  }

  /** The seq of the newest change that the segment covers. */
  public long seq() {
    return layout.seq();
  }

  /** Bytes drawn from the budget. */
  public long bytes() {
    return owned.memory().bytes();
  }

  /** Bytes of its file. */
  public long fileBytes() {
    return layout.fileBytes();
  }

  /**
   * Rowids, ascending, of which any older segment's row is out of date: they have been changed or
   * deleted since.
   */
  public long[] tombstones() {
    acquire();
    try {
      return section(Section.TOMBSTONES).toArray(HnswBuilder.LONG);
    } finally {
      release();
    }
  }

  /** All rowids, ascending: row {@code i}'s is the one at ordinal {@code i}. */
  public long[] rowids() {
    acquire();
    try {
      return section(Section.ROWIDS).toArray(HnswBuilder.LONG);
    } finally {
      release();
    }
  }

  /** The rowid of a row. */
  public long rowid(int ordinal) {
    acquire();
    try {
      Objects.checkIndex(ordinal, rows());
      return rowidAt(ordinal);
    } finally {
      release();
    }
  }

  /** The ordinal of a row, or -1 if it is not in this segment. */
  public int ordinal(long rowid) {
    acquire();
    try {
      int low = 0;
      int high = rows() - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        long found = rowidAt(middle);
        if (found == rowid) {
          return middle;
        }
        if (found < rowid) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return -1;
    } finally {
      release();
    }
  }

  /**
   * Sets the bits of those rows that are in this segment, as {@link RowFilter#ordinals} reads them.
   *
   * @param ascending rowids in ascending order
   * @param words at least one bit for each row of the segment
   */
  public void mark(long[] ascending, long[] words) {
    acquire();
    try {
      int from = 0;
      for (long rowid : ascending) {
        int ordinal = from < rows() ? firstFrom(from, rowid) : rows();
        if (ordinal < rows() && rowidAt(ordinal) == rowid) {
          words[ordinal >>> 6] |= 1L << ordinal;
        }
        from = ordinal;
      }
    } finally {
      release();
    }
  }

  /**
   * The first ordinal from {@code from} on whose rowid is not below {@code rowid}. Rowids ascend,
   * so it is at most as far as the rowids are apart, and just there where none is missing.
   */
  private int firstFrom(int from, long rowid) {
    long start = rowidAt(from);
    if (rowid <= start) {
      return from;
    }
    long apart = rowid - start;
    int low = from;
    int high = apart < 0 || apart >= rows() - from ? rows() : from + (int) apart;
    for (int back = 1; high - low > 1; back *= 2) {
      int near = Math.max(low + 1, high - back);
      if (rowidAt(near) < rowid) {
        low = near;
        break;
      }
      high = near;
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (rowidAt(middle) < rowid) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** Hands every row to {@code consumer}, in the order of rowids. */
  public void forEach(RowConsumer consumer) {
    acquire();
    try {
      float[] vector = new float[dimensions()];
      for (int ordinal = 0; ordinal < rows(); ordinal++) {
        read(ordinal, vector);
        consumer.accept(rowidAt(ordinal), vector);
      }
    } finally {
      release();
    }
  }

  /** A searcher for one thread at a time, to be closed after use. */
  public Searcher searcher() {
    return searcher(() -> false);
  }

  /** A searcher that gives up when {@code cancelled}, asked every few thousand rows, says true. */
  public Searcher searcher(BooleanSupplier cancelled) {
    acquire();
    try {
      return new Searcher(this, owned.budget(), cancelled);
    } finally {
      release();
    }
  }

  /** Refuses new calls at once; memory goes back when the last running one is done. */
  @Override
  public void close() {
    int before = uses.getAndUpdate(count -> count | CLOSED);
    if (before == 0) {
      owned.memory().close();
    }
  }

  void acquire() {
    while (true) {
      int count = uses.get();
      if (count < 0) {
        throw new StorageException(
            Kind.CLOSED, "Index segment was closed. Search the index again for its successor.");
      }
      if (uses.compareAndSet(count, count + 1)) {
        return;
      }
    }
  }

  void release() {
    if (uses.decrementAndGet() == CLOSED) {
      owned.memory().close();
    }
  }

  long rowidAt(int ordinal) {
    return section(Section.ROWIDS).get(HnswBuilder.LONG, (long) ordinal * Long.BYTES);
  }

  void read(int ordinal, float[] into) {
    long offset = (long) ordinal * HnswLayout.vectorStride(dimensions());
    MemorySegment.copy(section(Section.VECTORS), FloatScorer.FLOAT, offset, into, 0, dimensions());
  }

  int top() {
    return layout.levels().length;
  }

  Layer layer(int level) {
    return layer(layout, sections, level, upperOrdinals);
  }

  /** The ordinal where level 0 is entered when there is no other level. */
  int entryOrdinal(int upper) {
    return top() == 0 ? 0 : upperOrdinals[upper];
  }

  FloatScorer floatScorer() {
    Rows rows = new Rows(section(Section.VECTORS), HnswLayout.vectorStride(dimensions()));
    return new FloatScorer(parameters().metric(), kernels, rows, section(Section.NORMS));
  }

  /** What a walk through the graph compares. */
  Scorer scorer() {
    Metric metric = parameters().metric();
    int stride = HnswLayout.codeStride(parameters().quantization(), dimensions());
    return switch (parameters().quantization()) {
      case NONE -> floatScorer();
      case INT8 -> {
        Rows rows = new Rows(section(Section.CODES), stride);
        yield new Int8Scorer(new Int8Codec(metric, center, rows, section(Section.TERMS)), kernels);
      }
      case RABITQ -> {
        Rows rows = new Rows(section(Section.CODES), stride);
        yield new RabitqScorer(RabitqCodec.of(metric, center, rows), kernels);
      }
    };
  }

  static Layer layer(
      HnswLayout layout, Map<Section, MemorySegment> sections, int level, int[] upperOrdinals) {
    int m = layout.parameters().m();
    if (level == 0) {
      return new Layer(Objects.requireNonNull(sections.get(Section.LINKS)), 2 * m, null);
    }
    long bytes = (long) layout.levels()[level - 1] * m * Integer.BYTES;
    MemorySegment all = Objects.requireNonNull(sections.get(Section.UPPER_LINKS));
    return new Layer(all.asSlice(layout.upperOffset(level), bytes), m, upperOrdinals);
  }

  private MemorySegment section(Section section) {
    return Objects.requireNonNull(sections.get(section));
  }
}
