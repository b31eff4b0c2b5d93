package dev.sextant.storage.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.NodeWorkers;
import dev.sextant.storage.numa.PageSurvey;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Space;
import dev.sextant.storage.numa.kernel.Kernel;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * Versions. Writes carry a seq that never falls, the number of the transaction they belong to. A
 * vector is visible to a snapshot if born <= seq < died. Nothing is overwritten or reused: a new
 * vector of a row gets a new slot, and the memory of dead ones comes back when the owner builds a
 * new store; dead() tells when that pays.
 *
 * Closing. In-use count and closed flag share one integer, as in Lucene's RefCountedSharedArena:
 * the count of searches and writes now running, plus CLOSED once close() was called. Who brings it
 * to CLOSED alone frees the arena, so close() never waits and memory never goes away under a
 * reader.
 */
/**
 * The off-heap copy of one vector column, searched exactly at any snapshot.
 *
 * <p>Safe for many threads. Writers take turns; readers wait for nobody.
 */
public final class VectorStore implements AutoCloseable {
  private static final int CLOSED = Integer.MIN_VALUE;

  /** Fewer rows are compared in the time in which a query becomes a sketch. */
  private static final int LEAST_SKETCHED = 128;

  private final String what;
  private final VectorLayout layout;
  private final @Nullable Sketcher sketcher;
  private final MemoryBudget budget;
  private final Kernels kernels;
  private final Arena arena = Arena.ofShared();
  private final AtomicInteger uses = new AtomicInteger();
  private final Slots slots;
  private volatile @Nullable NodeWorkers workers;
  private long lastSeq = Long.MIN_VALUE;
  private volatile double maxNorm;
  private volatile long rows;
  private volatile long dead;
  private volatile long unsearchable;
  private volatile boolean searchable = true;

  /**
   * An empty store.
   *
   * @param name the column in messages, such as {@code docs.embedding}
   * @param dimensions of every vector
   * @param budget what all memory is drawn from
   * @param kernels what searches run on
   */
  public VectorStore(String name, int dimensions, MemoryBudget budget, Kernels kernels) {
    this(name, layout(dimensions), null, new Means(budget, kernels));
  }

  /**
   * An empty store that leaves rows out by their sketches: once in tens of thousands a row that is
   * among the nearest.
   *
   * @param sketcher for its own metric; other searches read all rows
   */
  public VectorStore(String name, Sketcher sketcher, MemoryBudget budget, Kernels kernels) {
    this(
        name,
        layout(sketcher.dimensions()).withSketches(sketcher.bytes()),
        sketcher,
        new Means(budget, kernels));
  }

  /**
   * Has the memory of vectors to come from somewhere, and searches of all rows run on the workers
   * of the nodes where they lie; for a store that nobody else knows yet.
   */
  public VectorStore placedIn(Space space, NodeWorkers crew) {
    slots.placeIn(space);
    workers = crew;
    return this;
  }

  /** The regions that its vectors lie in, as far as they were placed. */
  public List<PlacedRegion> placed() {
    return List.copyOf(slots.placed());
  }

  /** The pages of its vectors by node, now; empty where the kernel does not tell. */
  public Map<Integer, Long> pagesByNode(Kernel kernel) {
    acquire();
    try {
      return PageSurvey.byNode(kernel, slots.memory());
    } finally {
      release();
    }
  }

  private record Means(MemoryBudget budget, Kernels kernels) {}

  private VectorStore(String name, VectorLayout layout, @Nullable Sketcher sketcher, Means means) {
    this.what = "Vector column \"" + name + "\"";
    this.layout = layout;
    this.sketcher = sketcher;
    this.budget = means.budget();
    this.kernels = means.kernels();
    try {
      slots = new Slots(layout, arena, budget, what);
    } catch (StorageException e) {
      arena.close();
      throw e;
    }
  }

  private static VectorLayout layout(int dimensions) {
    VectorCodec.requireCount(dimensions);
    return VectorLayout.of(dimensions);
  }

  /**
   * Sets the vector of {@code rowid} for snapshots from {@code seq} on. One that holds NaN or an
   * infinity is kept out of searches and counted by {@link #unsearchable()}.
   *
   * @param seq no lower than that of any write before
   */
  public void put(long rowid, float[] vector, long seq) {
    VectorCodec.requireDimensions(vector, dimensions(), what);
    acquire();
    try {
      write(rowid, draft(vector), seq);
    } finally {
      release();
    }
  }

  /** {@link #put(long, float[], long)} of the vector in {@code blob}, little-endian float32. */
  public void put(long rowid, byte[] blob, long seq) {
    put(rowid, draft(blob), seq);
  }

  private void requireLength(byte[] blob) {
    if (blob.length != dimensions() * Float.BYTES) {
      throw VectorCodec.wrongDimensions(
          what, dimensions(), "a BLOB of " + blob.length + " bytes, four a dimension");
    }
  }

  /**
   * A vector made ready to be put, so that putting it takes little time.
   *
   * @param norm NaN where it holds a NaN or an infinity
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  public record Draft(float[] vector, double norm, long @Nullable [] sketch) {}

  /** A draft of the vector in {@code blob}, little-endian float32, for this store; any thread. */
  public Draft draft(byte[] blob) {
    requireLength(blob);
    return draft(VectorCodec.decode(blob));
  }

  private Draft draft(float[] vector) {
    if (VectorCodec.firstNotFinite(vector) >= 0) {
      return new Draft(vector, Double.NaN, null);
    }
    long[] sketch = sketcher == null ? null : sketcher.sketch(vector);
    return new Draft(vector, Metric.norm(vector), sketch);
  }

  /** {@link #put(long, float[], long)} of a draft of this store. */
  public void put(long rowid, Draft draft, long seq) {
    acquire();
    try {
      write(rowid, draft, seq);
    } finally {
      release();
    }
  }

  /**
   * Records for snapshots from {@code seq} on that {@code rowid} is there with something that is no
   * vector of this column, as a writer without Sextant's checks may leave it.
   */
  public void putUnsearchable(long rowid, long seq) {
    acquire();
    try {
      writeUnsearchable(rowid, seq);
    } finally {
      release();
    }
  }

  /** Hides {@code rowid} from snapshots from {@code seq} on; nothing if it is not there. */
  public void remove(long rowid, long seq) {
    acquire();
    try {
      writeRemoval(rowid, seq);
    } finally {
      release();
    }
  }

  /**
   * The rows nearest to the query, in the order of {@link Metric#distance} and then of rowid.
   *
   * @throws StorageException of kind DIMENSIONS or INVALID_VECTOR for the query, INTERRUPTED when
   *     cancelled, CLOSED after {@link #close()}
   */
  public Hits search(SearchRequest request) {
    return search(List.of(request)).getFirst();
  }

  /**
   * The answers to several searches, in their order. The store is read once for every eight of
   * them.
   *
   * @param requests that differ in nothing but their queries
   */
  public List<Hits> search(List<SearchRequest> requests) {
    for (SearchRequest request : requests) {
      VectorCodec.requireDimensions(request.query(), dimensions(), what);
      VectorCodec.requireFinite(request.query());
    }
    acquire();
    try {
      List<Hits> hits = new ArrayList<>();
      for (int from = 0; from < requests.size(); from += QueryBlock.MOST) {
        int to = Math.min(requests.size(), from + QueryBlock.MOST);
        hits.addAll(scanned(requests.subList(from, to)));
      }
      return hits;
    } finally {
      release();
    }
  }

  /** On the workers of the nodes that the rows lie on, where they lie on several. */
  private List<Hits> scanned(List<SearchRequest> requests) {
    NodeWorkers crew = workers;
    SearchRequest first = requests.getFirst();
    if (crew == null || first.rowids() != null || first.k() == 0 || sketcher != null) {
      return scan(requests).run(layout);
    }
    Map<Integer, BitSet> byNode = slots.chunksByNode();
    if (byNode.size() < 2 || byNode.containsKey(-1)) {
      return scan(requests).run(layout);
    }
    List<NodeWorkers.Piece<List<Hits>>> pieces = new ArrayList<>();
    byNode.forEach(
        (node, places) ->
            pieces.add(
                new NodeWorkers.Piece<>(
                    node,
                    () -> {
                      Scan scan = scan(requests);
                      scan.only(places);
                      return scan.run(layout);
                    })));
    List<List<Hits>> parts = crew.run(pieces);
    List<Hits> merged = new ArrayList<>();
    for (int query = 0; query < requests.size(); query++) {
      int place = query;
      merged.add(merged(first.k(), parts.stream().map(part -> part.get(place)).toList()));
    }
    return merged;
  }

  private static Hits merged(int k, List<Hits> parts) {
    long found = parts.stream().mapToLong(Hits::size).sum();
    TopK nearest = new TopK((int) Math.min(k, found));
    long scanned = 0;
    for (Hits part : parts) {
      for (int i = 0; i < part.size() && nearest.capacity() > 0; i++) {
        nearest.offer(part.distances()[i], part.rowids()[i]);
      }
      scanned += part.scanned();
    }
    return nearest.drain(scanned, false);
  }

  private Scan scan(List<SearchRequest> requests) {
    Scan scan = new Scan(requests, slots, kernels, maxNorm);
    Sketcher by = sketcher;
    SearchRequest first = requests.getFirst();
    if (by != null
        && by.metric() == first.metric()
        && requests.size() == 1
        && slots.count() >= LEAST_SKETCHED) {
      scan.sketchedBy(by.near(first.query()));
    }
    return scan;
  }

  /** Whether a search at {@code seq} can find {@code rowid}. */
  public boolean contains(long rowid, long seq) {
    acquire();
    try {
      return slots.visible(rowid, Math.min(seq, Chunk.NEVER - 1)) >= 0;
    } finally {
      release();
    }
  }

  /** A copy of the vector of {@code rowid} that is visible at {@code seq}. */
  public Optional<float[]> vector(long rowid, long seq) {
    acquire();
    try {
      int slot = slots.visible(rowid, Math.min(seq, Chunk.NEVER - 1));
      if (slot < 0) {
        return Optional.empty();
      }
      float[] vector = new float[dimensions()];
      slots.chunk(slot).readRow(slots.index(slot), vector);
      return Optional.of(vector);
    } finally {
      release();
    }
  }

  /** Rows that a search of the newest snapshot can find. */
  public long rows() {
    return rows;
  }

  /** Row versions that only older snapshots see, if any; their memory is not reused. */
  public long dead() {
    return dead;
  }

  /** Rows of the newest snapshot that no search finds, for NaN, an infinity or no vector. */
  public long unsearchable() {
    return unsearchable;
  }

  /** Whether searches of every snapshot have found all rows that were put. */
  public boolean whollySearchable() {
    return searchable;
  }

  /** Bytes drawn from the budget. */
  public long bytes() {
    return slots.bytes();
  }

  /** Dimensions of every vector. */
  public int dimensions() {
    return layout.dimensions();
  }

  /** Refuses new calls at once; memory goes back when the last running one is done. */
  @Override
  public void close() {
    int before = uses.getAndUpdate(count -> count | CLOSED);
    if (before == 0) {
      free();
    }
  }

  private synchronized void write(long rowid, Draft draft, long seq) {
    if (Double.isNaN(draft.norm())) {
      writeUnsearchable(rowid, seq);
      return;
    }
    prepare(seq);
    int older = endOlder(rowid, seq);
    Chunk chunk = slots.chunk(slots.next());
    int index = slots.index(slots.next());
    chunk.write(index, rowid, seq, older);
    chunk.writeRow(index, draft.vector(), draft.norm());
    if (sketcher != null && draft.sketch() != null) {
      sketcher.place(draft.sketch(), chunk.sketches(), index);
    }
    maxNorm = Math.max(maxNorm, draft.norm());
    rows++;
    slots.publish(rowid);
  }

  private synchronized void writeUnsearchable(long rowid, long seq) {
    prepare(seq);
    int older = endOlder(rowid, seq);
    slots.chunk(slots.next()).write(slots.index(slots.next()), rowid, Chunk.NEVER, older);
    unsearchable++;
    searchable = false;
    slots.publish(rowid);
  }

  private synchronized void writeRemoval(long rowid, long seq) {
    requireOrder(seq);
    endOlder(rowid, seq);
  }

  private void prepare(long seq) {
    requireOrder(seq);
    slots.makeRoom();
  }

  private void requireOrder(long seq) {
    if (seq < lastSeq || seq == Chunk.NEVER) {
      throw new IllegalArgumentException("seq " + seq + " after " + lastSeq);
    }
    lastSeq = seq;
  }

  /** Ends the life of the row's newest slot if it has one, and returns that slot or -1. */
  private synchronized int endOlder(long rowid, long seq) {
    int older = slots.newest(rowid);
    if (older < 0) {
      return older;
    }
    Chunk chunk = slots.chunk(older);
    int index = slots.index(older);
    if (chunk.alive(index)) {
      chunk.kill(index, seq);
      dead++;
      if (chunk.unsearchable(index)) {
        unsearchable--;
      } else {
        rows--;
      }
    }
    return older;
  }

  private void acquire() {
    while (true) {
      int count = uses.get();
      if (count < 0) {
        throw new StorageException(
            Kind.CLOSED, what + " was closed. Open the database again to search it.");
      }
      if (uses.compareAndSet(count, count + 1)) {
        return;
      }
    }
  }

  private void release() {
    if (uses.decrementAndGet() == CLOSED) {
      free();
    }
  }

  private void free() {
    arena.close();
    slots.placed().forEach(PlacedRegion::close);
    budget.release(slots.bytes());
  }
}
