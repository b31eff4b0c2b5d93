package dev.sextant.engine.vector;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.vector.Hits;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.VectorStore;
import dev.sextant.storage.vector.hnsw.BuildOptions;
import dev.sextant.storage.vector.hnsw.HnswHits;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import dev.sextant.storage.vector.hnsw.RabitqSketcher;
import dev.sextant.storage.vector.hnsw.RowFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One generation of an index: the graphs that its definition names, oldest first, and the rows that
 * have changed since the newest of them, which are searched exactly. Together they answer for any
 * snapshot not older than the newest graph. Safe for many threads.
 *
 * <p>A row belongs to the newest graph that has it, unless a later one's tombstones name it.
 */
final class HnswIndex implements AutoCloseable {
  private static final int MARKS_KEPT = 4;

  private final IndexDefinition definition;
  private final List<IndexPart> parts;
  private final List<long[]> live;
  private final long rows;
  private final PlacedSegments.PlacedStore changes;
  private final VectorMirror delta;
  private volatile Untouched untouched;
  private volatile Untouched otherUntouched;
  private volatile List<Marked> marked = List.of();
  private volatile boolean behind;

  /** A generation of open parts, which it holds; the delta is its own. */
  HnswIndex(IndexDefinition definition, List<IndexPart> parts, VectorColumn column, Place place) {
    Memory memory = place.memory();
    this.definition = definition;
    this.parts = List.copyOf(parts);
    this.live = live(parts);
    this.rows = live.stream().mapToLong(HnswIndex::count).sum();
    this.untouched = new Untouched(Long.MIN_VALUE, 0, 0, live, List.of());
    this.otherUntouched = untouched;
    this.changes =
        place
            .segments()
            .placed(
                new VectorStore(
                    column.label(),
                    new RabitqSketcher(
                        definition.parameters().metric(), column.dimensions(), memory.kernels()),
                    memory.budget(),
                    memory.kernels()),
                "index " + definition.name() + ", changed rows",
                definition.placement());
    this.delta = VectorMirror.since(seq(), column, changes.store());
  }

  /**
   * What an index draws memory from and computes with.
   *
   * @param crew who helps to build it
   */
  record Memory(MemoryBudget budget, Kernels kernels, BuildOptions.Crew crew) {}

  /** What it opens segments by. */
  record Place(Memory memory, PlacedSegments segments) {}

  /** The rows that have changed, and where they lie. */
  PlacedSegments.PlacedStore changes() {
    return changes;
  }

  private static List<long[]> live(List<IndexPart> parts) {
    List<long[]> live = new ArrayList<>();
    for (int p = 0; p < parts.size(); p++) {
      HnswSegment segment = parts.get(p).segment();
      long[] words = all(segment.rows());
      for (IndexPart newer : parts.subList(p + 1, parts.size())) {
        for (long id : newer.segment().tombstones()) {
          clear(words, segment, id);
        }
      }
      live.add(words);
    }
    return live;
  }

  IndexDefinition definition() {
    return definition;
  }

  List<IndexPart> parts() {
    return parts;
  }

  /** The newest log entry that the graphs cover. */
  long seq() {
    return parts.getLast().segment().seq();
  }

  /** Rows in the graphs. */
  long rows() {
    return rows;
  }

  /** Rows of a graph that no later graph has taken the place of. */
  long liveRows(int part) {
    return count(live.get(part));
  }

  /** Their rowids, ascending. */
  long[] liveRowids(int part) {
    long[] words = live.get(part);
    long[] rowids = parts.get(part).segment().rowids();
    long[] result = new long[(int) count(words)];
    int size = 0;
    for (int ordinal = 0; ordinal < rowids.length; ordinal++) {
      if ((words[ordinal >>> 6] >>> ordinal & 1) != 0) {
        result[size++] = rowids[ordinal];
      }
    }
    return result;
  }

  /** Bytes in memory. */
  long bytes() {
    return parts.stream().mapToLong(part -> part.segment().bytes()).sum();
  }

  /** Bytes on disk. */
  long fileBytes() {
    return parts.stream().mapToLong(part -> part.segment().fileBytes()).sum();
  }

  /** Rows that have changed since the newest graph was built, as far as they were searched. */
  long changedRows() {
    return delta.changed().size();
  }

  /** Whether the log has been found not to reach back to the newest graph. */
  boolean isBehind() {
    return behind;
  }

  /**
   * What a search found, but for some rows.
   *
   * @param aside ids of rows to be read from SQLite instead
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  record Found(Nearest nearest, long scanned, long[] aside) {}

  /**
   * The nearest rows at a reader's snapshot.
   *
   * @return empty where the snapshot is older than the graphs, or the log no longer reaches back
   */
  Optional<Found> search(VectorMirror.Reader reader, KnnRequest request, int ef) {
    if (reader.committed() < seq()) {
      return Optional.empty();
    }
    Optional<VectorMirror.View> view = delta.at(reader, request.column());
    if (view.isEmpty()) {
      behind = behind || ChangeLog.firstSeq(reader.connection()) > seq() + 1;
      return Optional.empty();
    }
    long[] aside = view.get().aside();
    Changes changes = new Changes(delta.changed().state(), reader.committed(), aside);
    Nearest nearest = new Nearest(request.k());
    long scanned = 0;
    float horizon = Float.POSITIVE_INFINITY;
    for (int p = 0; p < parts.size(); p++) {
      RowFilter filter = filter(p, changes, request.only());
      HnswHits found = parts.get(p).search(request, ef, filter, horizon);
      horizon = Math.min(horizon, found.horizon());
      for (int i = 0; i < found.size(); i++) {
        nearest.offer(found.rowids()[i], found.distances()[i]);
      }
      scanned += found.scored();
      request.trace().add(found.visited(), found.scored());
    }
    VectorStore changed = view.get().store();
    if (changed.rows() > 0 || changed.dead() > 0) {
      SearchRequest exact =
          SearchRequest.of(request.query(), request.metric(), request.k(), reader.committed())
              .cancelledBy(request.cancelled())
              .excluding(aside)
              .within(nearest.farthest());
      long[] only = request.only();
      Hits hits = changed.search(only == null ? exact : exact.among(only));
      for (int i = 0; i < hits.size(); i++) {
        nearest.offer(hits.rowids()[i], hits.distances()[i]);
      }
      scanned += hits.scanned();
      request.trace().add(0, hits.scanned());
    }
    return Optional.of(new Found(nearest, scanned, aside));
  }

  /** Reads what has changed since the newest graph was built, so that no search has to. */
  void follow(VectorMirror.Reader reader, VectorColumn column) {
    delta
        .at(reader, column)
        .map(view -> new Changes(delta.changed().state(), reader.committed(), view.aside()))
        .ifPresent(this::untouched);
  }

  /** Rows that a search found and their table does not have: the log was not told. */
  void putAside(long[] ids) {
    delta.putAside(ids);
  }

  /** The rows that have changed, for whoever knows what changes next. */
  VectorMirror delta() {
    return delta;
  }

  /** What has become of rows since the graphs were built, as a reader sees it. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Changes(ChangedRows.State rows, long committed, long[] aside) {}

  /** A part's bits without those of some rows. */
  private static long[] without(long[] ids, HnswSegment segment, Untouched rows, int part) {
    long[] words = rows.words().get(part);
    long[] touched = new long[words.length];
    segment.mark(ids, touched);
    for (int i = 0; i < words.length; i++) {
      touched[i] = words[i] & ~touched[i];
    }
    return touched;
  }

  /** The rows of a part that are as they were when it was built, and that the search may find. */
  private RowFilter filter(int part, Changes changes, long @Nullable [] only) {
    HnswSegment segment = parts.get(part).segment();
    Untouched rows = untouched(changes);
    if (only != null) {
      return changes.aside().length == 0
          ? marked(only, rows).filters().get(part)
          : RowFilter.ordinals(marks(part, only, rows, changes.aside()));
    }
    if (changes.aside().length == 0) {
      return rows.filters().get(part);
    }
    long[] words = rows.words().get(part).clone();
    for (long id : changes.aside()) {
      clear(words, segment, id);
    }
    return RowFilter.ordinals(words);
  }

  /** The rows among some ids that are as they were when a part was built, as bits. */
  private long[] marks(int part, long[] only, Untouched rows, long[] aside) {
    HnswSegment segment = parts.get(part).segment();
    long[] words = new long[words(segment.rows())];
    segment.mark(only, words);
    long[] untouched = rows.words().get(part);
    for (int i = 0; i < words.length; i++) {
      words[i] &= untouched[i];
    }
    for (long id : aside) {
      clear(words, segment, id);
    }
    return words;
  }

  /** The filters for some ids: the same as last time where these are the very same. */
  @SuppressWarnings("ReferenceEquality") // what is cached is for these very objects
  private Marked marked(long[] only, Untouched rows) {
    for (Marked known : marked) {
      if (known.only() == only && known.rows() == rows) {
        return known;
      }
    }
    List<RowFilter> filters = new ArrayList<>();
    for (int part = 0; part < parts.size(); part++) {
      filters.add(RowFilter.ordinals(marks(part, only, rows, new long[0])));
    }
    Marked result = new Marked(only, rows, filters);
    List<Marked> kept = new ArrayList<>(List.of(result));
    marked.stream().limit(MARKS_KEPT - 1).forEach(kept::add);
    marked = List.copyOf(kept);
    return result;
  }

  /**
   * The rows that no committed change has touched; the same until another is known. Those of the
   * newest snapshot follow from those of one before it and what is new; for an older snapshot they
   * are made from the beginning, and kept until another one asks.
   */
  private Untouched untouched(Changes changes) {
    Untouched last = untouched;
    long committed = changes.committed();
    int known = changes.rows().size();
    Untouched other = otherUntouched;
    if (last.isOf(committed, known)) {
      return last;
    }
    if (other.isOf(committed, known)) {
      return other;
    }
    boolean grows = last.committed() <= committed && last.known() <= known;
    Untouched start = grows ? last : new Untouched(Long.MIN_VALUE, 0, 0, live, List.of());
    long[] ids = changes.rows().by(committed, start.known());
    List<long[]> words = new ArrayList<>();
    List<RowFilter> filters = new ArrayList<>();
    for (int p = 0; p < parts.size(); p++) {
      HnswSegment segment = parts.get(p).segment();
      long[] rest = ids.length == 0 ? start.words().get(p) : without(ids, segment, start, p);
      words.add(rest);
      filters.add(count(rest) == segment.rows() ? RowFilter.all() : RowFilter.ordinals(rest));
    }
    int touched = start.touched() + ids.length;
    Untouched result = new Untouched(committed, known, touched, words, filters);
    if (grows && result.isComplete()) {
      untouched = result;
    } else {
      otherUntouched = result;
    }
    return result;
  }

  /**
   * The untouched rows of each part, as bits and as filters.
   *
   * @param committed the log entry as of which they are
   * @param known how many changed rows were known
   * @param touched how many of them had changed by that entry
   */
  private record Untouched(
      long committed, int known, int touched, List<long[]> words, List<RowFilter> filters) {
    boolean isOf(long snapshot, int rows) {
      return committed == snapshot && known == rows;
    }

    /** Whether a later snapshot's are these without the rows that became known since. */
    boolean isComplete() {
      return touched == known;
    }
  }

  /**
   * The filters for the rows among some ids, for each part.
   *
   * @param only the ids; whoever keeps them for later searches gives the same array again
   * @param rows what they were combined with
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
  private record Marked(long[] only, Untouched rows, List<RowFilter> filters) {}

  private static int words(int rows) {
    return (rows + 63) >>> 6;
  }

  private static long[] all(int rows) {
    long[] words = new long[words(rows)];
    Arrays.fill(words, -1);
    if ((rows & 63) != 0) {
      words[words.length - 1] = (1L << rows) - 1;
    }
    return words;
  }

  private static void clear(long[] words, HnswSegment segment, long id) {
    int ordinal = segment.ordinal(id);
    if (ordinal >= 0) {
      words[ordinal >>> 6] &= ~(1L << ordinal);
    }
  }

  private static long count(long[] words) {
    long count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** Closes the delta; the parts are let go of by who opened them. */
  @Override
  public void close() {
    delta.close();
  }
}
