package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.storage.vector.hnsw.GraphKernels.Rows;
import dev.sextant.storage.vector.hnsw.HnswLayout.Section;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes rows and makes a segment of them. Used by one thread, which {@link #build} lets others
 * help.
 *
 * <p>The graph is built on one byte a dimension whatever the segment's quantization: comparing
 * those takes a fraction of the time and finds nearly the same neighbours.
 */
public final class HnswBuilder implements AutoCloseable {
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final String WHAT = "Index build";
  private static final int FIRST_CAPACITY = 1024;

  private final HnswParameters parameters;
  private final int dimensions;
  private final MemoryBudget budget;
  private final Kernels kernels;
  private Stored stored;
  private int rows;
  private long skipped;
  private long lastRowid;
  private long[] tombstones = {};
  private @Nullable Predecessor predecessor;
  private boolean closed;

  /** Vectors and rowids so far, with room for more. */
  private record Stored(
      OffHeap memory, MemorySegment vectors, MemorySegment rowids, int capacity) {}

  /** A builder without rows. */
  public HnswBuilder(
      HnswParameters parameters, int dimensions, MemoryBudget budget, Kernels kernels) {
    VectorCodec.requireCount(dimensions);
    this.parameters = parameters;
    this.dimensions = dimensions;
    this.budget = budget;
    this.kernels = kernels;
    stored = store(0);
  }

  /** Makes room for {@code more} rows at once, where their number is known. */
  public void expect(long more) {
    requireOpen();
    grow(rows + more);
  }

  /**
   * Adds a row, whose rowid must be above all before. For COSINE a vector of zeros, which is at no
   * distance from anything, is left out.
   *
   * @throws StorageException of kind DIMENSIONS or INVALID_VECTOR for the vector, RESOURCES when
   *     the budget is used up
   */
  public void add(long rowid, float[] vector) {
    requireOpen();
    VectorCodec.requireDimensions(vector, dimensions, WHAT);
    VectorCodec.requireFinite(vector);
    if (rows > 0 && rowid <= lastRowid) {
      throw new StorageException(
          Kind.PARAMETER,
          "Index build expects ascending rowids but got "
              + rowid
              + " after "
              + lastRowid
              + ". Read the rows in the order of their rowids.");
    }
    if (parameters.metric() == Metric.COSINE && Metric.norm(vector) == 0) {
      skipped++;
      return;
    }
    if (rows == stored.capacity()) {
      grow(Math.max(FIRST_CAPACITY, rows + (rows >> 1) + 1L));
    }
    MemorySegment.copy(vector, 0, stored.vectors(), FloatScorer.FLOAT, offset(rows), dimensions);
    stored.rowids().set(LONG, (long) rows * Long.BYTES, rowid);
    lastRowid = rowid;
    rows++;
  }

  /**
   * Says which rows of older segments the new one takes the place of.
   *
   * @param ascending their rowids; kept, not copied
   */
  public void tombstones(long[] ascending) {
    requireOpen();
    tombstones = ascending;
  }

  /**
   * Has the new graph take over links of a finished one, which stays as it is.
   *
   * @param graph is held until this is closed
   * @param same ascending rowids of those of its rows whose vectors have not changed; kept
   */
  public void startFrom(HnswSegment graph, long[] same) {
    requireOpen();
    if (predecessor != null) {
      predecessor.close();
    }
    predecessor = new Predecessor(graph, same);
  }

  /** Rows added, without those left out. */
  public int rows() {
    return rows;
  }

  /** Rows left out because no search could find them. */
  public long skipped() {
    return skipped;
  }

  /**
   * Builds the graph and closes the builder; the segment is the caller's to close.
   *
   * @param seq of the newest change that the rows reflect
   * @throws StorageException of kind INTERRUPTED when cancelled, RESOURCES when the budget is used
   *     up
   */
  public HnswSegment build(long seq, BuildOptions options) {
    requireOpen();
    Levels levels = levels(Levels.tops(rows, parameters.m(), options.seed()));
    HnswLayout layout =
        new HnswLayout(parameters, dimensions, rows, levels.counts(), seq, tombstones.length);
    Map<Section, MemorySegment> sections = new EnumMap<>(Section.class);
    OffHeap memory = stored.memory();
    sections.put(Section.VECTORS, stored.vectors().asSlice(0, layout.bytes(Section.VECTORS)));
    sections.put(Section.ROWIDS, stored.rowids().asSlice(0, layout.bytes(Section.ROWIDS)));
    try (OffHeap temporary = new OffHeap(budget, WHAT)) {
      for (Section section : Section.values()) {
        if (!sections.containsKey(section)) {
          sections.put(section, memory.allocate(layout.bytes(section)));
        }
      }
      MemorySegment.copy(
          tombstones, 0, section(sections, Section.TOMBSTONES), LONG, 0, tombstones.length);
      Int8Codec codec = encode(layout, sections, temporary);
      temporary.draw(scratchBytes(options.threads()));
      connect(layout, levels, new Connect(sections, temporary, codec, options));
    }
    closed = true;
    letGo();
    return new HnswSegment(layout, sections, new HnswSegment.Owned(memory, budget), kernels);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      letGo();
      stored.memory().close();
    }
  }

  private void letGo() {
    if (predecessor != null) {
      predecessor.close();
      predecessor = null;
    }
  }

  /** Also decides whether there is a graph to start from. */
  private Levels levels(byte[] drawn) {
    if (predecessor != null) {
      predecessor.find(stored.rowids(), rows);
      if (predecessor.isWorthwhile(parameters)) {
        return predecessor.levels(drawn);
      }
      letGo();
    }
    return Levels.of(drawn, new boolean[0]);
  }

  private Int8Codec encode(
      HnswLayout layout, Map<Section, MemorySegment> sections, OffHeap temporary) {
    int stride = HnswLayout.codeStride(Quantization.INT8, dimensions);
    boolean kept = parameters.quantization() == Quantization.INT8;
    MemorySegment codes =
        kept ? section(sections, Section.CODES) : temporary.allocate((long) rows * stride);
    MemorySegment terms =
        kept
            ? section(sections, Section.TERMS)
            : temporary.allocate((long) rows * Int8Codec.TERM_BYTES);
    Centering centering = new Centering(parameters.metric(), dimensions);
    float[] vector = new float[dimensions];
    MemorySegment norms = section(sections, Section.NORMS);
    for (int row = 0; row < rows; row++) {
      read(row, vector);
      double norm = centering.add(vector);
      if (norms.byteSize() > 0) {
        norms.set(FloatScorer.FLOAT, (long) row * Float.BYTES, (float) (1 / norm));
      }
    }
    float[] center = centering.center();
    if (layout.bytes(Section.CENTER) > 0) {
      MemorySegment.copy(
          center, 0, section(sections, Section.CENTER), FloatScorer.FLOAT, 0, dimensions);
    }
    Int8Codec codec = new Int8Codec(parameters.metric(), center, new Rows(codes, stride), terms);
    Int8Codec.Coded coded = codec.scratch();
    for (int row = 0; row < rows; row++) {
      read(row, vector);
      codec.encode(vector, coded);
      codec.write(row, coded);
    }
    if (parameters.quantization() == Quantization.RABITQ) {
      encodeBits(center, section(sections, Section.CODES));
    }
    return codec;
  }

  private void encodeBits(float[] center, MemorySegment codes) {
    int stride = HnswLayout.codeStride(Quantization.RABITQ, dimensions);
    RabitqCodec codec = RabitqCodec.of(parameters.metric(), center, new Rows(codes, stride));
    RabitqCodec.Rotated scratch = codec.scratch();
    float[] vector = new float[dimensions];
    for (int row = 0; row < rows; row++) {
      read(row, vector);
      codec.write(row, vector, scratch);
    }
  }

  private record Connect(
      Map<Section, MemorySegment> sections,
      OffHeap temporary,
      Int8Codec codec,
      BuildOptions options) {}

  private void connect(HnswLayout layout, Levels levels, Connect connect) {
    List<BuildLayer> layers = new ArrayList<>();
    for (int level = 0; level <= levels.top(); level++) {
      Layer layer = HnswSegment.layer(layout, connect.sections(), level, levels.ordinals());
      MemorySegment scores = connect.temporary().allocate(layer.links().byteSize());
      layers.add(new BuildLayer(layer, scores));
    }
    GraphKernels graphKernels = GraphKernels.of(kernels);
    GraphBuild.Coding coding = new GraphBuild.Coding(connect.codec(), graphKernels, rows);
    GraphBuild.Graph graph = new GraphBuild.Graph(parameters, levels, layers);
    if (predecessor != null) {
      Int8Scorer scorer = new Int8Scorer(connect.codec(), graphKernels);
      new GraphBuild(graph, coding, predecessor.copy(levels, layers, scorer))
          .run(connect.options());
    } else if (rows > 0) {
      new GraphBuild(graph, coding).run(connect.options());
    }
    if (levels.top() > 0) {
      MemorySegment.copy(
          levels.ordinals(),
          0,
          section(connect.sections(), Section.UPPER_ORDINALS),
          Layer.INT,
          0,
          levels.ordinals().length);
    }
  }

  private static MemorySegment section(Map<Section, MemorySegment> sections, Section section) {
    return Objects.requireNonNull(sections.get(section));
  }

  /** Bytes that the threads mark visited nodes with, and the order of insertion. */
  private long scratchBytes(int threads) {
    return (long) rows * (threads + Integer.BYTES);
  }

  private void read(int row, float[] into) {
    MemorySegment.copy(stored.vectors(), FloatScorer.FLOAT, offset(row), into, 0, dimensions);
  }

  private long offset(int row) {
    return (long) row * HnswLayout.vectorStride(dimensions);
  }

  private void grow(long capacity) {
    if (capacity > HnswLimits.MAX_ROWS) {
      throw new StorageException(
          Kind.RESOURCES,
          "Index build expects at most "
              + HnswLimits.MAX_ROWS
              + " rows in a segment but got more.");
    }
    if (capacity <= stored.capacity()) {
      return;
    }
    Stored larger = store((int) capacity);
    MemorySegment.copy(stored.vectors(), 0, larger.vectors(), 0, offset(rows));
    MemorySegment.copy(stored.rowids(), 0, larger.rowids(), 0, (long) rows * Long.BYTES);
    stored.memory().close();
    stored = larger;
  }

  private Stored store(int capacity) {
    OffHeap memory = new OffHeap(budget, WHAT);
    try {
      MemorySegment vectors =
          memory.allocate((long) capacity * HnswLayout.vectorStride(dimensions));
      MemorySegment rowids = memory.allocate((long) capacity * Long.BYTES);
      return new Stored(memory, vectors, rowids, capacity);
    } catch (StorageException e) {
      memory.close();
      throw e;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException(Kind.CLOSED, "Index build was closed. Begin another.");
    }
  }
}
