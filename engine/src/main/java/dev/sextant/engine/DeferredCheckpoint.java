package dev.sextant.engine;

import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;

/**
 * Keeps SQLite from copying the write-ahead log into the file within a commit, where others already
 * see what was committed and would wait for what the committing thread does next; and has it done
 * when this is closed, if it was due. Of one connection.
 */
final class DeferredCheckpoint implements AutoCloseable {
  private final SqliteConnection connection;
  private final long pages;

  /** From now on no commit of the connection does it. */
  DeferredCheckpoint(SqliteConnection connection) {
    this.connection = connection;
    this.pages = connection.queryLong("PRAGMA wal_autocheckpoint");
    if (pages > 0) {
      connection.exec("PRAGMA wal_autocheckpoint = 0");
    }
  }

  @Override
  public void close() {
    if (pages <= 0) {
      return;
    }
    connection.exec("PRAGMA wal_autocheckpoint = " + pages);
    if (!connection.inTransaction() && logged() >= pages) {
      connection.exec("PRAGMA main.wal_checkpoint(PASSIVE)");
    }
  }

  /** Pages in the log; -1 where there is none. */
  private long logged() {
    try (SqliteStatement state = connection.prepare("PRAGMA main.wal_checkpoint(NOOP)")) {
      return state.step() ? state.getLong(1) : -1;
    }
  }
}
