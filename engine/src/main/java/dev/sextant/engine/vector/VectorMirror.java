package dev.sextant.engine.vector;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.VectorStore;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * A mirror holds the committed vectors of a column and follows the change log.
 *
 * `covered` is the last log entry it knows. A session whose snapshot is newer brings it up to date
 * from its own connection: it reads which rows the log names since `covered`, and reads these rows.
 * Old versions stay for sessions with older snapshots. Since only the newest version of a row is
 * read, the mirror is right for the snapshots at which it was brought up to date, its `points`,
 * and not for those between; a session at any other snapshot reads SQLite.
 *
 * A session with uncommitted changes sees its own rows instead of the committed ones. It leaves
 * these rows out while it brings the mirror up to date, and notes them as `unread`: until a session
 * without changes of its own has read them, the mirror serves only sessions that do not want them.
 */

/**
 * The off-heap copy of one vector column, in step with its table: of all its rows, or of those that
 * have changed since a segment was built. Safe for many threads.
 */
final class VectorMirror implements AutoCloseable {
  private static final long DEAD_ROWS_KEPT = 10_000;

  private final VectorColumn column;
  private final MemoryBudget budget;
  private final Kernels kernels;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Long> points = new HashSet<>();
  private final Map<Long, Long> changed = new ConcurrentHashMap<>();
  private final boolean whole;
  private final Set<Long> unread = new HashSet<>();
  private @Nullable VectorStore store;
  private long covered;

  VectorMirror(VectorColumn column, MemoryBudget budget, Kernels kernels) {
    this.column = column;
    this.budget = budget;
    this.kernels = kernels;
    this.whole = true;
  }

  /** The rows that change after a log entry, which none has yet. */
  static VectorMirror since(long seq, VectorColumn column, MemoryBudget budget, Kernels kernels) {
    return new VectorMirror(seq, column, budget, kernels);
  }

  private VectorMirror(long seq, VectorColumn column, MemoryBudget budget, Kernels kernels) {
    this.column = column;
    this.budget = budget;
    this.kernels = kernels;
    this.whole = false;
    this.covered = seq;
    this.points.add(seq);
    this.store = new VectorStore(column.label(), column.dimensions(), budget, kernels);
  }

  /** The first log entry that names each row changed since the beginning. */
  Map<Long, Long> changed() {
    return changed;
  }

  /**
   * The store, right for a snapshot once {@code own} rows are left out.
   *
   * @param committed the snapshot: the last committed log entry the connection sees
   * @param own ascending ids of rows that the connection's transaction has changed
   * @return empty where the snapshot is older than what the mirror still knows
   */
  Optional<VectorStore> at(SqliteConnection connection, long committed, long[] own) {
    lock.lock();
    try {
      VectorStore current = store;
      if (current == null || (committed > covered && isBehind(connection))) {
        if (!whole) {
          return Optional.empty();
        }
        current = reload(connection, committed, own);
      } else if (committed > covered) {
        followLog(connection, current, committed, own);
      }
      readUnread(connection, current, committed, own);
      boolean known = points.contains(committed);
      return known && unread.stream().allMatch(id -> Arrays.binarySearch(own, id) >= 0)
          ? Optional.of(current)
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private boolean isBehind(SqliteConnection connection) {
    VectorStore current = store;
    return ChangeLog.firstSeq(connection) > covered + 1
        || (whole && current != null && current.dead() > Math.max(DEAD_ROWS_KEPT, current.rows()));
  }

  private VectorStore reload(SqliteConnection connection, long committed, long[] own) {
    VectorStore fresh = new VectorStore(column.label(), column.dimensions(), budget, kernels);
    try (SqliteStatement rows = connection.prepare(select("IS NOT NULL"))) {
      while (rows.step()) {
        long id = rows.getLong(0);
        if (Arrays.binarySearch(own, id) < 0) {
          put(fresh, id, rows, committed);
        }
      }
    } catch (RuntimeException failure) {
      fresh.close();
      throw failure;
    }
    close();
    points.clear();
    unread.clear();
    for (long id : own) {
      unread.add(id);
    }
    store = fresh;
    covered = committed;
    points.add(committed);
    return fresh;
  }

  private String select(String condition) {
    String vector = ChangeLog.quote(column.column());
    return "SELECT "
        + ChangeLog.quote(column.key())
        + ", "
        + vector
        + " FROM main."
        + ChangeLog.quote(column.table())
        + " WHERE "
        + vector
        + " "
        + condition;
  }

  private void followLog(
      SqliteConnection connection, VectorStore current, long committed, long[] own) {
    String changed =
        "SELECT id, max(seq), min(seq) FROM main."
            + ChangeLog.TABLE
            + " WHERE tbl = ? AND seq > ? AND seq <= ? AND id IS NOT NULL GROUP BY id ORDER BY 2";
    try (SqliteStatement log = connection.prepare(changed);
        SqliteStatement row = connection.prepare(selectOne())) {
      log.bind(1, column.logNumber());
      log.bind(2, covered);
      log.bind(3, committed);
      while (log.step()) {
        long id = log.getLong(0);
        if (!whole) {
          this.changed.putIfAbsent(id, log.getLong(2));
        }
        if (Arrays.binarySearch(own, id) >= 0) {
          unread.add(id);
        } else {
          reread(current, row, id, committed);
        }
      }
    }
    covered = committed;
    points.add(committed);
  }

  private String selectOne() {
    return select("IS NOT NULL AND " + ChangeLog.quote(column.key()) + " = ?");
  }

  private void readUnread(
      SqliteConnection connection, VectorStore current, long committed, long[] own) {
    if (unread.isEmpty() || committed != covered) {
      return;
    }
    try (SqliteStatement row = connection.prepare(selectOne())) {
      for (Long id : Set.copyOf(unread)) {
        if (Arrays.binarySearch(own, id) < 0) {
          reread(current, row, id, committed);
          unread.remove(id);
          points.clear();
          points.add(committed);
        }
      }
    }
  }

  private void reread(VectorStore current, SqliteStatement row, long id, long seq) {
    row.bind(1, id);
    try {
      if (row.step()) {
        put(current, id, row, seq);
      } else {
        current.remove(id, seq);
      }
    } finally {
      row.reset();
    }
  }

  private void put(VectorStore into, long id, SqliteStatement row, long seq) {
    byte[] blob = row.type(1) == SqliteStatement.BLOB ? row.getBlob(1) : null;
    if (blob == null || blob.length != 4 * column.dimensions()) {
      into.putUnsearchable(id, seq);
    } else {
      into.put(id, blob, seq);
    }
  }

  /** Rows that a hit named and the table no longer has: the log was not told. */
  void forget(SqliteConnection connection, long[] ids) {
    lock.lock();
    try {
      VectorStore current = store;
      if (current != null) {
        try (SqliteStatement row = connection.prepare(selectOne())) {
          for (long id : ids) {
            reread(current, row, id, covered);
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    VectorStore current = store;
    store = null;
    if (current != null) {
      current.close();
    }
  }
}
