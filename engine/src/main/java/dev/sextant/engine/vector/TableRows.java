package dev.sextant.engine.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.VectorCodec;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The rows of a vector column as SQLite holds them in a connection's snapshot. */
final class TableRows {
  private final SqliteConnection connection;
  private final VectorColumn column;
  private final String key;

  TableRows(SqliteConnection connection, VectorColumn column) {
    this.connection = connection;
    this.column = column;
    this.key = ChangeLog.quote(column.key());
  }

  /** Ascending ids of the rows that the change log names behind an entry. */
  long[] changedSince(long committed) {
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

  /**
   * A row that has changed.
   *
   * @param first the first log entry that names it
   * @param there whether it is in the table with anything but NULL
   * @param blob its vector; null where it holds something else
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  record Changed(long id, long first, boolean there, byte @Nullable [] blob) {
    /** The same without its vector. */
    Changed withoutBlob() {
      return new Changed(id, first, there, null);
    }
  }

  /** The rows that some log entries name, as they are now. */
  void forEachChanged(Handover.Span span, Consumer<Changed> each) {
    try (SqliteStatement log =
            connection.prepare(
                "SELECT id, min(seq) FROM main."
                    + ChangeLog.TABLE
                    + " WHERE tbl = ? AND seq > ? AND seq <= ? AND id IS NOT NULL GROUP BY id");
        SqliteStatement row = byId()) {
      log.bind(1, column.logNumber());
      log.bind(2, span.after());
      log.bind(3, span.last());
      while (log.step()) {
        each.accept(changed(row, log.getLong(0), log.getLong(1)));
      }
    }
  }

  /** Rows by id, as if a log entry had just named them. */
  void forEach(Iterable<Long> ids, long first, Consumer<Changed> each) {
    try (SqliteStatement row = byId()) {
      for (long id : ids) {
        each.accept(changed(row, id, first));
      }
    }
  }

  private SqliteStatement byId() {
    return connection.prepare(hasVector() + " AND " + key + " = ?");
  }

  private Changed changed(SqliteStatement row, long id, long first) {
    row.bind(1, id);
    try {
      boolean there = row.step();
      return new Changed(id, first, there, there ? blob(row) : null);
    } finally {
      row.reset();
    }
  }

  private byte @Nullable [] blob(SqliteStatement row) {
    byte[] blob = row.type(1) == SqliteStatement.BLOB ? row.getBlob(1) : null;
    return blob != null && blob.length == 4 * column.dimensions() ? blob : null;
  }

  /** All rows that hold anything but NULL, as if a log entry had just named them. */
  void forEachVector(long first, Consumer<Changed> each) {
    try (SqliteStatement rows = connection.prepare(hasVector())) {
      while (rows.step()) {
        each.accept(new Changed(rows.getLong(0), first, true, blob(rows)));
      }
    }
  }

  private String hasVector() {
    return select() + " WHERE " + ChangeLog.quote(column.column()) + " IS NOT NULL";
  }

  /** How many there are, those without a vector counted. */
  long count() {
    return connection.queryLong("SELECT count(*) FROM " + table());
  }

  /** Those of some ids that are not in the table. */
  long[] gone(long[] ids) {
    LongStream.Builder gone = LongStream.builder();
    try (SqliteStatement missing =
        connection.prepare(
            "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM "
                + table()
                + " AS t WHERE t."
                + key
                + " = value)")) {
      missing.bind(1, Arrays.toString(ids));
      while (missing.step()) {
        gone.add(missing.getLong(0));
      }
    }
    return gone.build().toArray();
  }

  /**
   * Reads rows by id and offers those that a search may find.
   *
   * @return how many were compared
   */
  long offer(KnnRequest request, long[] ids, Nearest nearest) {
    if (ids.length == 0) {
      return 0;
    }
    long scanned = 0;
    try (SqliteStatement row = connection.prepare(select() + " WHERE " + key + " = ?")) {
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

  /** Reads every row and offers it to each search that may find it: slow and always right. */
  long offerAll(List<KnnRequest> requests, List<Nearest> nearest) {
    long scanned = 0;
    try (SqliteStatement rows = connection.prepare(select())) {
      while (rows.step()) {
        for (int i = 0; i < requests.size(); i++) {
          if (mayFind(requests.get(i), rows.getLong(0))) {
            scanned += offer(rows, requests.get(i), nearest.get(i));
          }
        }
        if (requests.getFirst().cancelled().getAsBoolean()) {
          throw new StorageException(Kind.INTERRUPTED, "The statement was cancelled.");
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

  private String select() {
    return "SELECT " + key + ", " + ChangeLog.quote(column.column()) + " FROM " + table();
  }

  private String table() {
    return "main." + ChangeLog.quote(column.table());
  }
}
