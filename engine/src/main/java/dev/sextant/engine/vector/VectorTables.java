package dev.sextant.engine.vector;

import dev.sextant.engine.Session;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.Hits;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.VectorCodec;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Nearest neighbours in the vector columns of one database, for any session at its own snapshot:
 * what is committed there, and the rows that the session's own transaction has changed. Where an
 * index serves the column and the metric it is searched, else all vectors are compared.
 */
public final class VectorTables implements AutoCloseable {
  private static final int ATTEMPTS = 4;

  private final MemoryBudget budget;
  private final Kernels kernels;
  private final InstantSource clock;
  private final Map<VectorColumn, VectorMirror> mirrors = new ConcurrentHashMap<>();
  private final VectorIndexes indexes;

  /**
   * Nothing resident; columns become so when they are first searched.
   *
   * @param home where indexes are kept and rebuilt; null for a database in memory
   * @param clock tells how long the ways of a filtered search take
   */
  public VectorTables(
      MemoryBudget budget,
      Kernels kernels,
      VectorIndexes.@Nullable Home home,
      InstantSource clock) {
    this.budget = budget;
    this.kernels = kernels;
    this.clock = clock;
    this.indexes =
        new VectorIndexes(new HnswIndex.Memory(budget, kernels), home, new SecureRandom());
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
        rows < 0 ? count(connection, request.column()) : rows,
        index.isPresent(),
        request.k(),
        Math.max(request.efSearch(), request.k()),
        -1);
  }

  private static long count(SqliteConnection connection, VectorColumn column) {
    return connection.queryLong("SELECT count(*) FROM main." + ChangeLog.quote(column.table()));
  }

  private KnnResult unfiltered(Session session, long snapshotSeq, KnnRequest request) {
    SqliteConnection connection = session.connection();
    VectorColumn column = request.column();
    VectorCodec.requireDimensions(
        request.query(), column.dimensions(), "Vector column \"" + column.label() + "\"");
    long committed = session.committedSeq(snapshotSeq);
    long[] own =
        committed < snapshotSeq ? changedSince(connection, column, committed) : new long[0];
    VectorMirror.Reader reader =
        new VectorMirror.Reader(connection, committed, own, session.hasWritten());
    List<String> notes = new ArrayList<>();
    Optional<HnswIndex> index = indexes.usable(connection, committed, request, notes);
    if (index.isPresent()) {
      Optional<KnnResult> found = indexed(index.get(), reader, request);
      if (found.isPresent()) {
        return found.get();
      }
      notes.add("the index does not know this snapshot; REINDEX it");
    }
    KnnResult exact = exact(reader, request);
    return exact.note() != null || notes.isEmpty()
        ? exact
        : new KnnResult(
            exact.rowids(),
            exact.distances(),
            exact.scanned(),
            "all vectors were compared: " + notes.getFirst());
  }

  private Optional<KnnResult> indexed(
      HnswIndex index, VectorMirror.Reader reader, KnnRequest request) {
    Optional<HnswIndex.Found> found;
    try {
      found = index.search(reader, request, request.efSearch());
    } catch (StorageException failure) {
      if (failure.kind() == Kind.CLOSED) {
        return Optional.empty(); // Another session has just replaced the graph.
      }
      throw failure;
    }
    indexes.foldIfDue(index, request.column());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    HnswIndex.Found rows = found.get();
    long scanned =
        rows.scanned() + offer(reader.connection(), request, rows.aside(), rows.nearest());
    KnnResult result = rows.nearest().result(scanned, "");
    request
        .trace()
        .path(
            () ->
                "hnsw index "
                    + index.definition().name()
                    + ", ef_search "
                    + request.efSearch()
                    + ", k = "
                    + request.k());
    long[] gone =
        request.column().replaceable() ? gone(reader.connection(), request, result) : new long[0];
    if (gone.length > 0) {
      index.putAside(gone);
      return Optional.empty();
    }
    return Optional.of(result);
  }

  private KnnResult exact(VectorMirror.Reader reader, KnnRequest request) {
    try {
      return inMemory(reader, request)
          .orElseGet(
              () ->
                  scan(
                      reader.connection(),
                      request,
                      "the transaction's snapshot is not among those in memory"));
    } catch (StorageException failure) {
      if (failure.kind() == Kind.RESOURCES) {
        return scan(reader.connection(), request, String.valueOf(failure.getMessage()));
      }
      throw failure;
    }
  }

  /** Searches again while others drop the store, or hits are gone from their table. */
  private Optional<KnnResult> inMemory(VectorMirror.Reader reader, KnnRequest request) {
    VectorColumn column = request.column();
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      VectorMirror mirror =
          mirrors.computeIfAbsent(column, key -> new VectorMirror(key, budget, kernels));
      try {
        Optional<VectorMirror.View> view = mirror.at(reader);
        if (view.isEmpty()) {
          return Optional.empty();
        }
        KnnResult found = resident(reader, view.get(), request);
        long[] gone =
            column.replaceable() ? gone(reader.connection(), request, found) : new long[0];
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

  private static long[] changedSince(
      SqliteConnection connection, VectorColumn column, long committed) {
    LongStream.Builder ids = LongStream.builder();
    try (SqliteStatement log =
        connection.prepare(
            "SELECT DISTINCT id FROM main."
                + ChangeLog.TABLE
                + " WHERE seq > ? AND tbl = ? AND id IS NOT NULL ORDER BY id")) {
      log.bind(1, committed);
      log.bind(2, column.logNumber());
      while (log.step()) {
        ids.add(log.getLong(0));
      }
    }
    return ids.build().toArray();
  }

  private static KnnResult resident(
      VectorMirror.Reader reader, VectorMirror.View view, KnnRequest request) {
    SearchRequest search =
        SearchRequest.of(request.query(), request.metric(), request.k(), reader.committed())
            .cancelledBy(request.cancelled());
    long[] only = request.only();
    if (only != null) {
      search = search.among(only);
    }
    if (view.aside().length > 0) {
      search = search.excluding(view.aside());
    }
    Hits hits = view.store().search(search);
    request.trace().path(() -> "exact scan in memory");
    request.trace().add(0, hits.scanned());
    if (view.aside().length == 0) {
      return new KnnResult(hits.rowids(), hits.distances(), hits.scanned(), null);
    }
    Nearest nearest = new Nearest(request.k());
    for (int i = 0; i < hits.size(); i++) {
      nearest.offer(hits.rowids()[i], hits.distances()[i]);
    }
    long scanned = hits.scanned() + offer(reader.connection(), request, view.aside(), nearest);
    return nearest.result(scanned, "");
  }

  /** Reads rows by id and offers those that the request may find. */
  private static long offer(
      SqliteConnection connection, KnnRequest request, long[] ids, Nearest nearest) {
    if (ids.length == 0) {
      return 0;
    }
    long scanned = 0;
    try (SqliteStatement row =
        connection.prepare(
            select(request.column())
                + " WHERE "
                + ChangeLog.quote(request.column().key())
                + " = ?")) {
      for (long id : ids) {
        if (mayFind(request, id)) {
          row.bind(1, id);
          if (row.step()) {
            scanned += offer(row, request, nearest);
          }
          row.reset();
        }
      }
    }
    return scanned;
  }

  private static boolean mayFind(KnnRequest request, long id) {
    long[] only = request.only();
    return only == null || Arrays.binarySearch(only, id) >= 0;
  }

  private static long offer(SqliteStatement row, KnnRequest request, Nearest nearest) {
    byte[] blob = row.type(1) == SqliteStatement.BLOB ? row.getBlob(1) : null;
    if (blob == null || blob.length != 4 * request.column().dimensions()) {
      return 0;
    }
    nearest.offer(
        row.getLong(0), request.metric().distance(request.query(), VectorCodec.decode(blob)));
    return 1;
  }

  private static String select(VectorColumn column) {
    return "SELECT "
        + ChangeLog.quote(column.key())
        + ", "
        + ChangeLog.quote(column.column())
        + " FROM main."
        + ChangeLog.quote(column.table());
  }

  /** Reads every row from SQLite: slow and always right. */
  private static KnnResult scan(SqliteConnection connection, KnnRequest request, String why) {
    Nearest nearest = new Nearest(request.k());
    long scanned = 0;
    try (SqliteStatement rows = connection.prepare(select(request.column()))) {
      while (rows.step()) {
        if (mayFind(request, rows.getLong(0))) {
          scanned += offer(rows, request, nearest);
        }
        if (request.cancelled().getAsBoolean()) {
          throw new StorageException(Kind.INTERRUPTED, "The statement was cancelled.");
        }
      }
    }
    request.trace().path(() -> "exact scan of rows read from SQLite");
    request.trace().add(0, scanned);
    return nearest.result(scanned, "vectors were read from SQLite, not from memory: " + why);
  }

  /** The hits that are not in their table. */
  private static long[] gone(SqliteConnection connection, KnnRequest request, KnnResult found) {
    VectorColumn column = request.column();
    LongStream.Builder gone = LongStream.builder();
    try (SqliteStatement missing =
        connection.prepare(
            "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM main."
                + ChangeLog.quote(column.table())
                + " AS t WHERE t."
                + ChangeLog.quote(column.key())
                + " = value)")) {
      missing.bind(1, Arrays.toString(found.rowids()));
      while (missing.step()) {
        gone.add(missing.getLong(0));
      }
    }
    return gone.build().toArray();
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
