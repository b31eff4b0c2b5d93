package dev.sextant.engine.vector;

import dev.sextant.engine.Session;
import dev.sextant.engine.numa.Placements;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.NodeWorkers;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.vector.Hits;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.storage.vector.VectorStore;
import dev.sextant.storage.vector.hnsw.BuildOptions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Nearest neighbours in the vector columns of one database, for any session at its own snapshot:
 * what is committed there, and the rows that the session's own transaction has changed. Where an
 * index serves the column and the metric it is searched, else all vectors are compared.
 */
public final class VectorTables implements AutoCloseable {
  private static final int ATTEMPTS = 4;

  private final Placements placements;
  private final MemoryBudget budget;
  private final Kernels kernels;
  private final InstantSource clock;
  private final Map<VectorColumn, VectorMirror> mirrors = new ConcurrentHashMap<>();
  private final Map<String, Recall> recalls = new ConcurrentHashMap<>();
  private final VectorIndexes indexes;

  /**
   * Nothing resident; columns become so when they are first searched.
   *
   * @param placements where memory is placed, and the budget it is drawn from
   * @param home where indexes are kept and rebuilt; null for a database in memory
   * @param clock tells how long the ways of a filtered search take
   */
  public VectorTables(
      Placements placements,
      Kernels kernels,
      VectorIndexes.@Nullable Home home,
      InstantSource clock) {
    this.placements = placements;
    this.budget = placements.budget();
    this.kernels = kernels;
    this.clock = clock;
    this.indexes =
        new VectorIndexes(
            new HnswIndex.Memory(budget, kernels, this::help),
            placements,
            home,
            new SecureRandom());
  }

  /** Measures the recall of an index and remembers it. */
  public Recall measure(
      Session session, long snapshotSeq, Recall.Wanted wanted, BooleanSupplier cancelled) {
    Recall.Search search =
        new Recall.Search(session.efSearch(), requests -> search(session, snapshotSeq, requests));
    Recall recall = Recall.of(session.connection(), wanted, search, cancelled);
    recalls.put(wanted.index().toLowerCase(Locale.ROOT), recall);
    return recall;
  }

  /** The recall measured last, since the index was built by a statement. */
  public Optional<Recall> recall(String index) {
    return Optional.ofNullable(recalls.get(index.toLowerCase(Locale.ROOT)));
  }

  /** An index was built anew, or is gone. */
  public void forgetRecall(String index) {
    recalls.remove(index.toLowerCase(Locale.ROOT));
  }

  /** The approximate indexes. */
  public VectorIndexes indexes() {
    return indexes;
  }

  /**
   * The rows nearest to a vector.
   *
   * @param snapshotSeq the last change-log entry that the session sees now
   */
  public KnnResult search(Session session, long snapshotSeq, KnnRequest request) {
    int ef = request.efSearch() > 0 ? request.efSearch() : session.efSearch();
    KnnRequest exact = request.withEf(ef);
    if (request.restriction() == null || request.k() == 0) {
      return unfiltered(session, snapshotSeq, exact.restricted(null));
    }
    FilterChoice.Situation situation = situation(session, snapshotSeq, exact);
    return new FilteredSearch(exact, situation, r -> unfiltered(session, snapshotSeq, r), clock)
        .run();
  }

  /**
   * All rows that are no farther from the request's vector than a radius, as if the distance of
   * each row had been computed; never by an approximate index. How many they are is not limited.
   *
   * @param request whose {@code k} does not matter; its restriction says what else the rows have to
   *     fulfil, and may be left to others: rows come back that do not
   */
  public KnnResult within(Session session, long snapshotSeq, KnnRequest request, double radius) {
    VectorColumn column = request.column();
    VectorCodec.requireDimensions(
        request.query(), column.dimensions(), "Vector column \"" + column.label() + "\"");
    KnnRequest all = request.all(radius);
    TableRows rows = new TableRows(session.connection(), column);
    return FewRows.search(all, rows)
        .orElseGet(() -> unfiltered(session, snapshotSeq, all.restricted(null)));
  }

  /** How a filtered search would go about it now, for people. */
  public String explain(Session session, long snapshotSeq, KnnRequest request) {
    RowRestriction filter = Objects.requireNonNull(request.restriction());
    int ef = request.efSearch() > 0 ? request.efSearch() : session.efSearch();
    FilterChoice.Situation at = situation(session, snapshotSeq, request.withEf(ef));
    return FilteredSearch.described(at, filter);
  }

  private FilterChoice.Situation situation(Session session, long snapshotSeq, KnnRequest request) {
    SqliteConnection connection = session.connection();
    Optional<HnswIndex> index =
        indexes.usable(connection, session.committedSeq(snapshotSeq), request, new ArrayList<>());
    VectorMirror mirror = mirrors.get(request.column());
    long rows = index.map(HnswIndex::rows).orElseGet(() -> mirror == null ? -1 : mirror.rows());
    return new FilterChoice.Situation(
        rows < 0 ? new TableRows(connection, request.column()).count() : rows,
        index.isPresent(),
        request.k(),
        Math.max(request.efSearch(), request.k()),
        -1);
  }

  private KnnResult unfiltered(Session session, long snapshotSeq, KnnRequest request) {
    return unfiltered(session, snapshotSeq, List.of(request)).getFirst();
  }

  /**
   * The answers to several searches, in their order, from one snapshot. Without an index memory is
   * read once for every eight of them.
   *
   * @param requests that differ in nothing but their queries
   */
  public List<KnnResult> search(Session session, long snapshotSeq, List<KnnRequest> requests) {
    if (requests.isEmpty()) {
      return List.of();
    }
    RowRestriction restriction = requests.getFirst().restriction();
    long[] only =
        restriction == null
            ? null
            : restriction.knownIds().orElseGet(() -> restriction.ids(Integer.MAX_VALUE).get());
    List<KnnRequest> plain = new ArrayList<>();
    for (KnnRequest request : requests) {
      int ef = request.efSearch() > 0 ? request.efSearch() : session.efSearch();
      KnnRequest each = request.withEf(ef).restricted(null);
      plain.add(only == null ? each : each.among(only));
    }
    return unfiltered(session, snapshotSeq, plain);
  }

  private List<KnnResult> unfiltered(Session session, long snapshotSeq, List<KnnRequest> requests) {
    KnnRequest first = requests.getFirst();
    VectorMirror.Reader reader = reader(session, snapshotSeq, requests);
    List<String> notes = new ArrayList<>();
    Optional<HnswIndex> index =
        indexes.usable(reader.connection(), reader.committed(), first, notes);
    if (index.isPresent()) {
      Optional<List<KnnResult>> found = indexed(index.get(), reader, requests);
      if (found.isPresent()) {
        return found.get();
      }
      notes.add("the index does not know this snapshot; REINDEX it");
    }
    List<KnnResult> exact = exact(reader, requests);
    return notes.isEmpty()
        ? exact
        : exact.stream()
            .map(each -> each.noted("all vectors were compared: " + notes.getFirst()))
            .toList();
  }

  private static VectorMirror.Reader reader(
      Session session, long snapshotSeq, List<KnnRequest> requests) {
    VectorColumn column = requests.getFirst().column();
    for (KnnRequest request : requests) {
      VectorCodec.requireDimensions(
          request.query(), column.dimensions(), "Vector column \"" + column.label() + "\"");
    }
    long committed = session.committedSeq(snapshotSeq);
    TableRows rows = new TableRows(session.connection(), column);
    long[] own = committed < snapshotSeq ? rows.changedSince(committed) : new long[0];
    return new VectorMirror.Reader(session.connection(), committed, own, session.hasWritten());
  }

  /** Empty where the index has no answer for this snapshot. */
  private Optional<List<KnnResult>> indexed(
      HnswIndex index, VectorMirror.Reader reader, List<KnnRequest> requests) {
    List<KnnResult> results = new ArrayList<>();
    try {
      for (KnnRequest request : requests) {
        Optional<KnnResult> found = indexed(index, reader, request);
        if (found.isEmpty()) {
          indexes.foldIfDue(index, request.column());
          return Optional.empty();
        }
        results.add(found.get());
        if (request.cancelled().getAsBoolean()) {
          throw new StorageException(Kind.INTERRUPTED, "The statement was cancelled.");
        }
      }
    } catch (StorageException failure) {
      if (failure.kind() == Kind.CLOSED) {
        return Optional.empty(); // Another session has just replaced the graph.
      }
      throw failure;
    }
    indexes.foldIfDue(index, requests.getFirst().column());
    return Optional.of(results);
  }

  /** Searches again while hits are gone from their table, of which the log was not told. */
  private static Optional<KnnResult> indexed(
      HnswIndex index, VectorMirror.Reader reader, KnnRequest request) {
    TableRows rows = new TableRows(reader.connection(), request.column());
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<HnswIndex.Found> found = index.search(reader, request, request.efSearch());
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Nearest nearest = found.get().nearest();
      long scanned = found.get().scanned() + rows.offer(request, found.get().aside(), nearest);
      KnnResult result = nearest.result(scanned, "");
      request.trace().path(() -> described(index, request));
      long[] gone = request.column().replaceable() ? rows.gone(result.rowids()) : new long[0];
      if (gone.length == 0) {
        return Optional.of(result);
      }
      index.putAside(gone);
    }
    return Optional.empty();
  }

  private static String described(HnswIndex index, KnnRequest request) {
    return "hnsw index "
        + index.definition().name()
        + ", ef_search "
        + request.efSearch()
        + ", k = "
        + request.k();
  }

  private List<KnnResult> exact(VectorMirror.Reader reader, List<KnnRequest> requests) {
    try {
      return inMemory(reader, requests)
          .orElseGet(
              () ->
                  scan(
                      reader,
                      requests,
                      "the transaction's snapshot is not among those in memory, or rows hold what"
                          + " is no vector"));
    } catch (StorageException failure) {
      if (failure.kind() == Kind.RESOURCES) {
        return scan(reader, requests, String.valueOf(failure.getMessage()));
      }
      throw failure;
    }
  }

  private static List<KnnResult> scan(
      VectorMirror.Reader reader, List<KnnRequest> requests, String why) {
    List<Nearest> nearest = requests.stream().map(Nearest::of).toList();
    long scanned =
        new TableRows(reader.connection(), requests.getFirst().column())
            .offerAll(requests, nearest);
    SearchTrace trace = requests.getFirst().trace();
    trace.path(() -> "exact scan of rows read from SQLite");
    trace.add(0, scanned);
    String note = "vectors were read from SQLite, not from memory: " + why;
    return nearest.stream().map(each -> each.result(scanned, note)).toList();
  }

  /** Searches again while others drop the store, or hits are gone from their table. */
  private Optional<List<KnnResult>> inMemory(
      VectorMirror.Reader reader, List<KnnRequest> requests) {
    VectorColumn column = requests.getFirst().column();
    TableRows rows = new TableRows(reader.connection(), column);
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      VectorMirror mirror = mirrors.computeIfAbsent(column, this::mirror);
      try {
        Optional<VectorMirror.View> view = mirror.at(reader);
        if (view.isEmpty() || !isComplete(view.get(), requests.getFirst())) {
          return Optional.empty();
        }
        List<KnnResult> found = resident(reader, view.get(), requests);
        long[] gone =
            column.replaceable()
                ? rows.gone(found.stream().flatMapToLong(r -> LongStream.of(r.rowids())).toArray())
                : new long[0];
        if (gone.length == 0) {
          return Optional.of(found);
        }
        mirror.putAside(gone);
        if (attempt == ATTEMPTS) {
          mirror.distrust();
        }
      } catch (StorageException failure) {
        if (failure.kind() != Kind.CLOSED) {
          throw failure;
        }
      }
    }
    return Optional.empty();
  }

  /** On machines with several nodes their workers help to build, each node's in turn. */
  private BuildOptions.Helper help(Runnable work, int number) {
    NodeWorkers workers = placements.workers();
    List<Integer> nodes = workers.nodes().toList();
    if (nodes.size() < 2) {
      return BuildOptions.onThread(work, number);
    }
    int node = nodes.get(number % nodes.size());
    return workers.begin(new NodeWorkers.Piece<>(node, Executors.callable(work)))::end;
  }

  private VectorMirror mirror(VectorColumn column) {
    return new VectorMirror(
        column,
        connection ->
            indexes.placed(
                connection,
                column,
                new VectorStore(column.label(), column.dimensions(), budget, kernels)));
  }

  /**
   * Has an index, and the rows of its column that are compared one by one, lie elsewhere.
   *
   * @throws dev.sextant.engine.error.SextantException as {@link VectorIndexes#place}
   */
  public void place(SqliteConnection connection, VectorIndexes.Move move) {
    indexes.place(connection, move);
    mirrors.forEach(
        (column, mirror) -> {
          if (move.index().isOn(column)) {
            mirror.distrust();
          }
        });
  }

  /**
   * What the session's transaction is about to commit; nothing where no column is in memory.
   *
   * @param columns the vector columns as the transaction sees them
   * @param committed the last log entry before the transaction's
   */
  public Handover handover(Session session, List<VectorColumn> columns, long committed) {
    Handover handover = new Handover(session.connection(), indexes);
    if (!mirrors.isEmpty() || !indexes.open().isEmpty()) {
      handover.read(columns, mirrors, committed);
    }
    return handover;
  }

  /** What of it was to be placed, and where it lies. */
  public List<RegionReport> regions() {
    RegionSurvey survey = new RegionSurvey(placements.machine());
    indexes.open().forEach(survey::placed);
    mirrors.forEach(survey::placed);
    return survey.reports();
  }

  /** What a search of a column reads, and where it lies, for the calling thread. */
  public List<RegionReport> read(SqliteConnection connection, KnnRequest request) {
    RegionSurvey survey = new RegionSurvey(placements.machine());
    Optional<HnswIndex> index =
        indexes.usable(connection, ChangeLog.lastSeq(connection), request, new ArrayList<>());
    index.ifPresentOrElse(
        survey::read,
        () -> Optional.ofNullable(mirrors.get(request.column())).ifPresent(survey::read));
    return survey.reports();
  }

  /** A range may hold what is nobody's neighbour, such as an infinity in a foreign vector. */
  private static boolean isComplete(VectorMirror.View view, KnnRequest request) {
    return request.within() == null || view.store().whollySearchable();
  }

  private static List<KnnResult> resident(
      VectorMirror.Reader reader, VectorMirror.View view, List<KnnRequest> requests) {
    KnnRequest first = requests.getFirst();
    SearchRequest search =
        SearchRequest.of(first.query(), first.metric(), first.k(), reader.committed())
            .cancelledBy(first.cancelled())
            .within(first.greatest());
    long[] only = first.only();
    if (only != null) {
      search = search.among(only);
    }
    if (view.aside().length > 0) {
      search = search.excluding(view.aside());
    }
    List<SearchRequest> searches = new ArrayList<>();
    for (KnnRequest request : requests) {
      searches.add(search.to(request.query()));
    }
    List<Hits> hits = view.store().search(searches);
    first.trace().path(() -> "exact scan in memory");
    TableRows rows = new TableRows(reader.connection(), first.column());
    List<KnnResult> results = new ArrayList<>();
    for (int i = 0; i < hits.size(); i++) {
      first.trace().add(0, hits.get(i).scanned());
      results.add(merged(rows, requests.get(i), hits.get(i), view.aside()));
    }
    return results;
  }

  private static KnnResult merged(TableRows rows, KnnRequest request, Hits hits, long[] aside) {
    if (aside.length == 0) {
      return new KnnResult(hits.rowids(), hits.distances(), hits.scanned(), null);
    }
    Nearest nearest = Nearest.of(request);
    for (int i = 0; i < hits.size(); i++) {
      nearest.offer(hits.rowids()[i], hits.distances()[i]);
    }
    return nearest.result(hits.scanned() + rows.offer(request, aside, nearest), "");
  }

  /** Frees the columns that are not among those given. */
  public void retain(Collection<VectorColumn> columns) {
    Set<VectorColumn> kept = Set.copyOf(columns);
    mirrors
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !kept.contains(entry.getKey());
              if (gone) {
                entry.getValue().close();
              }
              return gone;
            });
  }

  @Override
  public void close() {
    indexes.close();
    mirrors.values().forEach(VectorMirror::close);
    mirrors.clear();
  }
}
