package dev.sextant.engine.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * Without it the first search after a commit reads all that the commit changed, some microseconds a
 * row, while others wait for it. The committing thread has its rows at hand and nobody waits for
 * it: it reads them before COMMIT, and tells the mirrors after. Between COMMIT and that a search
 * may come first; then it reads the log as it does for the changes of other processes.
 */
/** What a transaction that is about to commit tells the columns that are searched in memory. */
public final class Handover {
  /** More changes at once are left to the next search: their vectors lie on the heap meanwhile. */
  private static final long MOST_CHANGES = 10_000;

  private final SqliteConnection connection;
  private final VectorIndexes indexes;
  private final List<Part> parts = new ArrayList<>();
  private List<IndexDefinition> definitions = List.of();
  private long lastSeq;

  /** What one mirror is told, and the index whose changed rows it holds. */
  private record Part(
      VectorColumn column,
      VectorMirror mirror,
      VectorMirror.Ahead ahead,
      @Nullable HnswIndex index) {}

  /** Nothing so far, of a connection's transaction. */
  Handover(SqliteConnection connection, VectorIndexes indexes) {
    this.connection = connection;
    this.indexes = indexes;
  }

  /**
   * Reads what the transaction has changed.
   *
   * @param columns as the transaction sees them
   * @param mirrors the columns that are in memory as a whole
   * @param committed the last log entry before the transaction's
   */
  void read(List<VectorColumn> columns, Map<VectorColumn, VectorMirror> mirrors, long committed) {
    long last = ChangeLog.lastSeq(connection);
    if (last == committed || last - committed > MOST_CHANGES) {
      return;
    }
    Span span = new Span(committed, last);
    definitions = IndexCatalog.all(connection);
    lastSeq = last;
    List<HnswIndex> open = indexes.open(definitions);
    for (VectorColumn column : columns) {
      VectorMirror whole = mirrors.get(column);
      if (whole != null) {
        add(column, whole, null, span);
      }
      for (HnswIndex index : open) {
        if (index.definition().isOn(column)) {
          add(column, index.delta(), index, span);
        }
      }
    }
  }

  /** Whether there is anything to {@link #publish}. */
  public boolean tellsAnybody() {
    return !parts.isEmpty();
  }

  /** Log entries: those behind {@code after} and up to {@code last}. */
  record Span(long after, long last) {}

  private void add(VectorColumn column, VectorMirror mirror, @Nullable HnswIndex index, Span span) {
    mirror
        .ahead(new TableRows(connection, column), span)
        .ifPresent(ahead -> parts.add(new Part(column, mirror, ahead, index)));
  }

  /** The transaction is committed. */
  public void publish() {
    if (parts.isEmpty()) {
      return;
    }
    indexes.know(lastSeq, definitions);
    for (Part part : parts) {
      try {
        part.mirror().publish(connection, part.ahead());
        HnswIndex index = part.index();
        if (index != null) {
          indexes.foldIfDue(index, part.column());
        }
      } catch (StorageException failure) {
        // The next search reads the log, and tells its user what is wrong.
        System.getLogger(Handover.class.getName())
            .log(System.Logger.Level.DEBUG, "A commit is left to the next search", failure);
      }
    }
  }
}
