package dev.sextant.engine.vector;

import dev.sextant.engine.Session;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.Hits;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.storage.vector.VectorStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
  private final MemoryBudget budget;
  private final Kernels kernels;
  private final Map<String, VectorMirror> mirrors = new ConcurrentHashMap<>();
  private final VectorIndexes indexes;

  /**
   * Nothing resident; columns become so when they are first searched.
   *
   * @param home where indexes are kept and rebuilt; null for a database in memory
   */
  public VectorTables(MemoryBudget budget, Kernels kernels, VectorIndexes.@Nullable Home home) {
    this.budget = budget;
    this.kernels = kernels;
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
    SqliteConnection connection = session.connection();
    VectorColumn column = request.column();
    VectorCodec.requireDimensions(
        request.query(), column.dimensions(), "Vector column \"" + column.label() + "\"");
    long committed = session.committedSeq(snapshotSeq);
    long[] own =
        committed < snapshotSeq ? changedSince(connection, column, committed) : new long[0];
    HnswIndex.Snapshot snapshot = new HnswIndex.Snapshot(committed, own);
    List<String> notes = new ArrayList<>();
    Optional<HnswIndex> index = indexes.usable(connection, committed, request, notes);
    if (index.isPresent()) {
      Optional<KnnResult> found = indexed(session, index.get(), request, snapshot);
      if (found.isPresent()) {
        return found.get();
      }
      notes.add("the index cannot tell the rows of this snapshot; REINDEX it");
    }
    KnnResult exact = exact(connection, request, snapshot);
    if (exact.note() != null || notes.isEmpty()) {
      return exact;
    }
    return new KnnResult(
        exact.rowids(),
        exact.distances(),
        exact.scanned(),
        "all vectors were compared: " + notes.getFirst());
  }

  private Optional<KnnResult> indexed(
      Session session, HnswIndex index, KnnRequest request, HnswIndex.Snapshot snapshot) {
    SqliteConnection connection = session.connection();
    Optional<KnnResult> found;
    try {
      found = index.search(connection, snapshot, request, session.efSearch());
    } catch (StorageException failure) {
      if (failure.kind() == StorageException.Kind.CLOSED) {
        return Optional.empty(); // Another session has just replaced the graph.
      }
      throw failure;
    }
    indexes.foldIfDue(index, request.column());
    if (found.isEmpty() || snapshot.own().length == 0) {
      return found.filter(
          result ->
              !request.column().replaceable() || gone(connection, request, result).length == 0);
    }
    Nearest nearest = new Nearest(request.k());
    KnnResult committed = found.get();
    for (int i = 0; i < committed.rowids().length; i++) {
      nearest.offer(committed.rowids()[i], committed.distances()[i]);
    }
    long scanned = committed.scanned() + offer(connection, request, snapshot.own(), nearest);
    return Optional.of(nearest.result(scanned, ""));
  }

  private KnnResult exact(
      SqliteConnection connection, KnnRequest request, HnswIndex.Snapshot snapshot) {
    VectorColumn column = request.column();
    VectorMirror mirror =
        mirrors.computeIfAbsent(
            column.logNumber() + "." + column.column(),
            key -> new VectorMirror(column, budget, kernels));
    try {
      Optional<VectorStore> store = mirror.at(connection, snapshot.committed(), snapshot.own());
      if (store.isEmpty()) {
        return scan(connection, request, "the transaction's snapshot is older than the vectors");
      }
      KnnResult found = resident(connection, store.get(), request, snapshot);
      return column.replaceable() ? verified(connection, mirror, request, found) : found;
    } catch (StorageException failure) {
      if (failure.kind() == StorageException.Kind.RESOURCES) {
        return scan(connection, request, String.valueOf(failure.getMessage()));
      }
      throw failure;
    }
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

  private KnnResult resident(
      SqliteConnection connection,
      VectorStore store,
      KnnRequest request,
      HnswIndex.Snapshot snapshot) {
    SearchRequest search =
        SearchRequest.of(request.query(), request.metric(), request.k(), snapshot.committed())
            .cancelledBy(request.cancelled());
    long[] only = request.only();
    if (only != null) {
      search = search.among(only);
    }
    if (snapshot.own().length > 0) {
      search = search.excluding(snapshot.own());
    }
    Hits hits = store.search(search);
    if (snapshot.own().length == 0) {
      return new KnnResult(hits.rowids(), hits.distances(), hits.scanned(), null);
    }
    Nearest nearest = new Nearest(request.k());
    for (int i = 0; i < hits.size(); i++) {
      nearest.offer(hits.rowids()[i], hits.distances()[i]);
    }
    long scanned = hits.scanned() + offer(connection, request, snapshot.own(), nearest);
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
          throw new StorageException(
              StorageException.Kind.INTERRUPTED, "The statement was cancelled.");
        }
      }
    }
    return nearest.result(scanned, "vectors were read from SQLite, not from memory: " + why);
  }

  /** Drops hits whose row is gone, and searches again for as many as are missing. */
  private KnnResult verified(
      SqliteConnection connection, VectorMirror mirror, KnnRequest request, KnnResult found) {
    KnnResult result = found;
    for (long[] gone = gone(connection, request, result);
        gone.length > 0;
        gone = gone(connection, request, result)) {
      mirror.forget(connection, gone);
      result = scan(connection, request, "rows were replaced by another writer");
    }
    return result;
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

  /** Frees the columns of tables that are not among those given by their log numbers. */
  public void retain(Collection<Long> logNumbers) {
    mirrors
        .entrySet()
        .removeIf(
            entry -> {
              long number = Long.parseLong(entry.getKey().split("\\.", 2)[0]);
              boolean gone = !logNumbers.contains(number);
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
