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
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

/**
 * Exact nearest neighbours in the vector columns of one database, for any session at its own
 * snapshot: what is committed there, and the rows that the session's own transaction has changed.
 */
public final class VectorTables implements AutoCloseable {
  private static final int ATTEMPTS = 4;

  private final MemoryBudget budget;
  private final Kernels kernels;
  private final Map<VectorColumn, VectorMirror> mirrors = new ConcurrentHashMap<>();

  /** Nothing resident; columns become so when they are first searched. */
  public VectorTables(MemoryBudget budget, Kernels kernels) {
    this.budget = budget;
    this.kernels = kernels;
  }

  /**
   * The rows nearest to a vector.
   *
   * @param snapshotSeq the last change-log entry that the session sees now
   */
  public KnnResult search(Session session, long snapshotSeq, KnnRequest request) {
    SqliteConnection connection = session.connection();
    VectorColumn column = request.column();
    VectorCodec.requireDimensions(
        request.query(), column.dimensions(), "Vector column \"" + column.label() + "\"");
    long committed = session.committedSeq(snapshotSeq);
    long[] own =
        committed < snapshotSeq ? changedSince(connection, column, committed) : new long[0];
    VectorMirror.Reader reader =
        new VectorMirror.Reader(connection, committed, own, session.hasWritten());
    try {
      return inMemory(reader, request)
          .orElseGet(
              () ->
                  scan(
                      connection,
                      request,
                      "the transaction's snapshot is not among those in memory"));
    } catch (StorageException failure) {
      if (failure.kind() == Kind.RESOURCES) {
        return scan(connection, request, String.valueOf(failure.getMessage()));
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
    Set<Long> only = only(request);
    long scanned = 0;
    try (SqliteStatement row =
        connection.prepare(
            select(request.column())
                + " WHERE "
                + ChangeLog.quote(request.column().key())
                + " = ?")) {
      for (long id : ids) {
        if (request.only() == null || only.contains(id)) {
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

  private static Set<Long> only(KnnRequest request) {
    Set<Long> set = new HashSet<>();
    long[] only = request.only();
    if (only != null) {
      for (long id : only) {
        set.add(id);
      }
    }
    return set;
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
    Set<Long> only = only(request);
    long scanned = 0;
    try (SqliteStatement rows = connection.prepare(select(request.column()))) {
      while (rows.step()) {
        if (request.only() == null || only.contains(rows.getLong(0))) {
          scanned += offer(rows, request, nearest);
        }
        if (request.cancelled().getAsBoolean()) {
          throw new StorageException(Kind.INTERRUPTED, "The statement was cancelled.");
        }
      }
    }
    return nearest.result(scanned, "vectors were read from SQLite, not from memory: " + why);
  }

  private static long[] gone(SqliteConnection connection, KnnRequest request, KnnResult found) {
    VectorColumn column = request.column();
    LongStream.Builder gone = LongStream.builder();
    try (SqliteStatement row =
        connection.prepare(select(column) + " WHERE " + ChangeLog.quote(column.key()) + " = ?")) {
      for (long id : found.rowids()) {
        row.bind(1, id);
        if (!row.step()) {
          gone.add(id);
        }
        row.reset();
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
    mirrors.values().forEach(VectorMirror::close);
    mirrors.clear();
  }
}
