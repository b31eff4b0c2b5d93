package dev.sextant.engine.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.vector.VectorStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.LongStream;
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
 * Some rows are `aside`: every session reads them from SQLite, in its own snapshot. They are those
 * that a session with uncommitted changes could not judge when it brought the mirror up to date,
 * and those that a search has found to be gone without an entry in the log. The next session
 * without changes of its own that stands at `covered` reads them into the store again.
 *
 * A session may have deleted rows by REPLACE that no log entry of its own names. So a row that is
 * missing in its eyes is put aside instead of being removed, and it never loads a whole column
 * whose rows can be replaced.
 */

/**
 * The off-heap copy of one vector column, in step with its table: of all its rows, or of those that
 * have changed since an index was built. Safe for many threads.
 */
final class VectorMirror implements AutoCloseable {
  private static final long DEAD_ROWS_KEPT = 10_000;

  /** Rows that are told to a mirror without anybody reading it. */
  private static final int MOST_UNREAD = 50_000;

  private VectorColumn column;
  private final Function<SqliteConnection, PlacedSegments.PlacedStore> stores;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Long> points = new HashSet<>();
  private final Set<Long> aside = new HashSet<>();
  private final ChangedRows changed = new ChangedRows();
  private final boolean whole;
  private volatile @Nullable VectorStore store;
  private volatile PlacedSegments.@Nullable PlacedStore placed;
  private long covered;
  private int unread;
  private boolean distrusted;
  private boolean closed;

  VectorMirror(VectorColumn column, Function<SqliteConnection, PlacedSegments.PlacedStore> stores) {
    this.column = column;
    this.stores = stores;
    this.whole = true;
  }

  private VectorMirror(long seq, VectorColumn column, VectorStore empty) {
    this.column = column;
    this.stores = _ -> new PlacedSegments.PlacedStore(empty, null);
    this.whole = false;
    this.store = empty;
    this.covered = seq;
    this.points.add(seq);
  }

  /** A mirror of the rows that change after a log entry, none so far. */
  static VectorMirror since(long seq, VectorColumn column, VectorStore empty) {
    return new VectorMirror(seq, column, empty);
  }

  /** The column, as messages name it. */
  String label() {
    return column.label();
  }

  /** Rows in memory; -1 before the first search. */
  long rows() {
    VectorStore current = store;
    return current == null ? -1 : current.rows();
  }

  /** The rows and where they lie; empty before the first search. */
  Optional<PlacedSegments.PlacedStore> placed() {
    PlacedSegments.PlacedStore known = placed;
    return known != null && Objects.equals(known.store(), store)
        ? Optional.of(known)
        : Optional.empty();
  }

  /** The rows changed since the beginning. */
  ChangedRows changed() {
    return changed;
  }

  /**
   * Who asks.
   *
   * @param committed the snapshot: the last committed log entry the connection sees
   * @param own ascending ids of rows that the connection's transaction has changed
   * @param writes whether that transaction may have changed more than the log tells
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  record Reader(SqliteConnection connection, long committed, long[] own, boolean writes) {
    private boolean changed(long id) {
      return Arrays.binarySearch(own, id) >= 0;
    }
  }

  /**
   * A store, right for a reader's snapshot but for some rows.
   *
   * @param aside ascending ids of rows to be read from SQLite instead
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  record View(VectorStore store, long[] aside) {}

  /** As {@link #at(Reader)}, for a column that may be called otherwise than it was. */
  Optional<View> at(Reader reader, VectorColumn named) {
    lock.lock();
    try {
      column = named;
      return at(reader);
    } finally {
      lock.unlock();
    }
  }

  /** The mirror at a reader's snapshot; empty where the reader has to read the whole table. */
  Optional<View> at(Reader reader) {
    lock.lock();
    try {
      if (closed) {
        throw new StorageException(Kind.CLOSED, "The vectors of the column were dropped.");
      }
      unread = 0;
      VectorStore current = store;
      if (current == null || mustReload(reader, current)) {
        if (!whole || (reader.writes() && column.replaceable())) {
          return Optional.empty();
        }
        current = reload(reader);
      } else if (reader.committed() > covered) {
        followLog(reader, current);
      }
      readAside(reader, current);
      return points.contains(reader.committed())
          ? Optional.of(new View(current, asideFor(reader)))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private long[] asideFor(Reader reader) {
    return LongStream.concat(LongStream.of(reader.own()), aside.stream().mapToLong(Long::longValue))
        .sorted()
        .distinct()
        .toArray();
  }

  private boolean mustReload(Reader reader, VectorStore current) {
    if (reader.committed() < covered || (reader.committed() == covered && !distrusted)) {
      return false;
    }
    return distrusted || ChangeLog.firstSeq(reader.connection()) > covered + 1 || isWorn(current);
  }

  /** Whether loading it anew gives much memory back. */
  private boolean isWorn(VectorStore current) {
    return whole && current.dead() > Math.max(DEAD_ROWS_KEPT, current.rows());
  }

  private VectorStore reload(Reader reader) {
    PlacedSegments.PlacedStore made = stores.apply(reader.connection());
    VectorStore fresh = made.store();
    try {
      new TableRows(reader.connection(), column)
          .forEachVector(
              reader.committed(),
              row -> {
                if (!reader.changed(row.id())) {
                  put(fresh, row, draft(fresh, row), reader.committed());
                }
              });
    } catch (RuntimeException failure) {
      fresh.close();
      throw failure;
    }
    drop();
    for (long id : reader.own()) {
      aside.add(id);
    }
    store = fresh;
    placed = made;
    covered = reader.committed();
    points.add(covered);
    return fresh;
  }

  private void drop() {
    VectorStore current = store;
    store = null;
    points.clear();
    aside.clear();
    distrusted = false;
    if (current != null) {
      current.close();
    }
  }

  private void followLog(Reader reader, VectorStore current) {
    boolean complete = false;
    try {
      new TableRows(reader.connection(), column)
          .forEachChanged(
              new Handover.Span(covered, reader.committed()),
              row -> take(reader, current, row, draft(current, row)));
      complete = true;
    } finally {
      distrusted = distrusted || !complete;
    }
    covered = reader.committed();
    points.add(covered);
  }

  private void readAside(Reader reader, VectorStore current) {
    boolean blind = reader.writes() && column.replaceable();
    if (aside.isEmpty() || reader.committed() != covered || blind || distrusted) {
      return;
    }
    List<Long> known = aside.stream().filter(id -> !reader.changed(id)).toList();
    if (known.isEmpty()) {
      return;
    }
    boolean complete = false;
    try {
      new TableRows(reader.connection(), column)
          .forEach(known, covered, row -> take(reader, current, row, draft(current, row)));
      complete = true;
    } finally {
      distrusted = !complete;
    }
    points.add(covered);
  }

  /** For older snapshots the store lacks what the row was while it was aside. */
  private void isKnownAgain(long id) {
    if (aside.remove(id)) {
      points.clear();
    }
  }

  /** Brings one row up to the reader's snapshot, or puts it aside. */
  private void take(
      Reader reader, VectorStore into, TableRows.Changed row, VectorStore.@Nullable Draft draft) {
    if (!whole) {
      changed.add(row.id(), row.first());
    }
    if (reader.changed(row.id()) || (!row.there() && reader.writes() && column.replaceable())) {
      aside.add(row.id());
      return;
    }
    if (row.there()) {
      put(into, row, draft, reader.committed());
    } else {
      into.remove(row.id(), reader.committed());
    }
    isKnownAgain(row.id());
  }

  private static VectorStore.@Nullable Draft draft(VectorStore into, TableRows.Changed row) {
    byte[] blob = row.blob();
    return blob == null ? null : into.draft(blob);
  }

  private static void put(
      VectorStore into, TableRows.Changed row, VectorStore.@Nullable Draft draft, long seq) {
    if (draft == null) {
      into.putUnsearchable(row.id(), seq);
    } else {
      into.put(row.id(), draft, seq);
    }
  }

  /**
   * What a transaction is about to commit, read by its own thread so that no search has to.
   *
   * @param into the store that the drafts are for
   * @param span the log entries that are its own
   */
  record Ahead(VectorStore into, Handover.Span span, List<Ready> rows) {}

  /** A row and, where it holds a vector, that. */
  private record Ready(TableRows.Changed row, VectorStore.@Nullable Draft draft) {}

  /**
   * Reads what a transaction is about to commit.
   *
   * @param rows of the column as that transaction sees them
   * @return empty where the mirror does not stand right before the transaction, or nobody has read
   *     it for long
   */
  Optional<Ahead> ahead(TableRows rows, Handover.Span span) {
    VectorStore into;
    lock.lock();
    try {
      into = store;
      if (closed || distrusted || into == null || covered != span.after()) {
        return Optional.empty();
      }
      if (unread > MOST_UNREAD || isWorn(into)) {
        return Optional.empty();
      }
    } finally {
      lock.unlock();
    }
    List<Ready> ready = new ArrayList<>();
    rows.forEachChanged(span, row -> ready.add(new Ready(row.withoutBlob(), draft(into, row))));
    return Optional.of(new Ahead(into, span, ready));
  }

  /** What was read ahead is committed; nothing where a search has been faster. */
  void publish(SqliteConnection connection, Ahead ahead) {
    Reader reader = new Reader(connection, ahead.span().last(), new long[0], false);
    lock.lock();
    try {
      if (closed || distrusted || covered != ahead.span().after() || !ahead.into().equals(store)) {
        return;
      }
      for (Ready ready : ahead.rows()) {
        take(reader, ahead.into(), ready.row(), ready.draft());
      }
      covered = ahead.span().last();
      points.add(covered);
      unread += ahead.rows().size();
    } finally {
      lock.unlock();
    }
  }

  /** Rows that a search found and their table does not have: the log was not told. */
  void putAside(long[] ids) {
    lock.lock();
    try {
      for (long id : ids) {
        aside.add(id);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Too many such rows: the next session that can loads the column anew. */
  void distrust() {
    lock.lock();
    try {
      distrusted = true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      drop();
    } finally {
      lock.unlock();
    }
  }
}
