package dev.sextant.engine;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.SessionPin;
import dev.sextant.engine.vector.Handover;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One connection and its transaction. Transactions are SQLite's: a transaction that begins with a
 * write takes the write lock at once ({@code BEGIN IMMEDIATE}); one that begins with a read takes
 * its snapshot then. One thread at a time.
 */
public final class Session implements AutoCloseable {
  /** Candidates that a search of an index keeps, unless set otherwise. */
  public static final int DEFAULT_EF_SEARCH = 80;

  private static final int MAX_EF_SEARCH = 10_000;

  private final Database database;
  private final SqliteConnection connection;
  private final List<String> savepoints = new ArrayList<>();
  private boolean autoCommit = true;
  private boolean inTransaction;
  private boolean startedBySavepoint;
  private boolean readOnly;
  private long committedSeq = -1;
  private long schemaEpoch;
  private boolean schemaChanged;
  private long changesSinceTrim;
  private final SessionPin pin;
  private int efSearch = DEFAULT_EF_SEARCH;
  private @Nullable SqliteStatement schemaVersion;
  private @Nullable SqliteStatement idleLog;
  private @Nullable Handover handover;
  private @Nullable DeferredCheckpoint checkpoint;
  private List<VectorColumn> vectorColumns = List.of();
  private long vectorColumnsVersion = -1;

  Session(Database database, SqliteConnection connection) {
    this.database = database;
    this.connection = connection;
    this.readOnly = connection.readOnly();
    this.pin = new SessionPin(database.placements());
  }

  /** The database. */
  public Database database() {
    return database;
  }

  /** The connection, for statements. */
  public SqliteConnection connection() {
    return connection;
  }

  /** Where its statements are to run. */
  public SessionPin pin() {
    return pin;
  }

  /** Whether each statement commits by itself. */
  public boolean autoCommit() {
    return autoCommit;
  }

  /** Switching it on commits the transaction under way. */
  public void setAutoCommit(boolean autoCommit) {
    if (autoCommit && !this.autoCommit && inTransaction) {
      end(true);
    }
    this.autoCommit = autoCommit;
  }

  /** Whether a transaction is under way, whoever began it. */
  public boolean inTransaction() {
    return inTransaction;
  }

  /** Called before each statement: begins the transaction that JDBC implies. */
  public void beforeStatement(boolean writes) {
    if (!autoCommit && !inTransaction) {
      begin(writes);
    }
    if (writes && inTransaction && committedSeq < 0) {
      committedSeq = ChangeLog.lastSeq(connection);
    }
  }

  /** Begins a transaction. */
  public void begin(boolean writes) {
    connection.exec(writes ? "BEGIN IMMEDIATE" : "BEGIN");
    began();
  }

  /** The transaction was begun by a statement of the user's. */
  public void began() {
    inTransaction = true;
    startedBySavepoint = false;
    committedSeq = -1;
  }

  /** The transaction was ended by a statement of the user's. */
  public void ended() {
    inTransaction = false;
    handover = null;
    if (schemaChanged) {
      schemaEpoch++;
      schemaChanged = false;
    }
    savepoints.clear();
    committedSeq = -1;
  }

  /**
   * After a failed statement: SQLite may have rolled the transaction back by itself, as it does for
   * a full disk or {@code ON CONFLICT ROLLBACK}.
   */
  public void afterFailure() {
    checkpointIfDue();
    if (inTransaction && !connection.inTransaction()) {
      ended();
    }
  }

  /** Whether the transaction under way has executed changes. */
  public boolean hasWritten() {
    return inTransaction && committedSeq >= 0;
  }

  /**
   * The last change-log entry that is committed, seen from inside this transaction: what lies above
   * it is the transaction's own.
   *
   * @param snapshotSeq the last entry that this session sees now
   */
  public long committedSeq(long snapshotSeq) {
    return hasWritten() ? committedSeq : snapshotSeq;
  }

  /** Candidates that a search of an index keeps. */
  public int efSearch() {
    return efSearch;
  }

  /**
   * Sets {@link #efSearch} for this session.
   *
   * @throws SextantException {@code 22023} outside 1 to 10,000
   */
  public void setEfSearch(long value) {
    efSearch = checkedEfSearch(value);
  }

  /**
   * A value for {@link #efSearch}, whether for a session or for one search.
   *
   * @throws SextantException {@code 22023} outside 1 to 10,000
   */
  public static int checkedEfSearch(long value) {
    if (value < 1 || value > MAX_EF_SEARCH) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "hnsw.ef_search expects from 1 to " + MAX_EF_SEARCH + " but got " + value + ".");
    }
    return (int) value;
  }

  /** Called after each change: now and then, outside transactions, trims the change log. */
  public void afterChange(long rows) {
    changesSinceTrim += rows;
    if (changesSinceTrim >= ChangeLog.TRIM_EVERY && !inTransaction && !readOnly) {
      changesSinceTrim = 0;
      ChangeLog.trim(connection);
    }
  }

  /** Holds the snapshot of the moment open until it is closed. */
  public Snapshot snapshot() {
    SqliteStatement log = idleLog;
    idleLog = null;
    return new Snapshot(this, log == null ? ChangeLog.lastSeqStatement(connection) : log);
  }

  /** Keeps one statement for the next snapshot. */
  private void giveBack(SqliteStatement log) {
    if (idleLog == null) {
      log.reset();
      idleLog = log;
    } else {
      log.close();
    }
  }

  /** A read transaction, held by a statement that has not ended. */
  public static final class Snapshot implements AutoCloseable {
    private final Session session;
    private final SqliteStatement log;
    private final long seq;
    private boolean closed;

    private Snapshot(Session session, SqliteStatement log) {
      this.session = session;
      this.log = log;
      try {
        log.step();
        this.seq = log.getLong(0);
      } catch (RuntimeException failure) {
        log.close();
        throw failure;
      }
    }

    /** The last change-log entry in the snapshot. */
    public long lastSeq() {
      return seq;
    }

    /** Idempotent. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        session.giveBack(log);
      }
    }
  }

  /** A definition has run: the schema may have changed, for now in this transaction only. */
  public void schemaChanged() {
    schemaEpoch++;
    schemaChanged = inTransaction;
  }

  /** Whether the schema differs from the committed one. */
  public boolean hasOwnSchema() {
    return schemaChanged;
  }

  /** Counts what may have given one version number to two schemas, a rollback for one. */
  public long schemaEpoch() {
    return schemaEpoch;
  }

  /** Commits. */
  public void commit() {
    requireManual("commit()");
    if (inTransaction) {
      end(true);
      afterChange(0);
    }
  }

  /** Rolls back. */
  public void rollback() {
    requireManual("rollback()");
    if (inTransaction) {
      end(false);
    }
  }

  /** Commits or rolls back the transaction under way. */
  public void end(boolean commits) {
    if (commits) {
      beforeCommit();
    }
    try {
      connection.exec(commits ? "COMMIT" : "ROLLBACK");
    } catch (StorageException failure) {
      afterFailure();
      throw failure;
    }
    if (commits) {
      committed();
    } else {
      ended();
    }
  }

  /** The vector columns of the schema with a version, as a statement has just found them. */
  public void setVectorColumns(long version, List<VectorColumn> columns) {
    vectorColumns = columns;
    vectorColumnsVersion = version;
  }

  /** Called before the transaction is committed: reads what searches will want to know of it. */
  public void beforeCommit() {
    handover = null;
    if (hasWritten() && !schemaChanged && schemaVersion() == vectorColumnsVersion) {
      try {
        handover = database.vectors().handover(this, vectorColumns, committedSeq);
        if (handover.tellsAnybody()) {
          checkpoint = new DeferredCheckpoint(connection);
        }
      } catch (StorageException failure) {
        // The commit says what is wrong; if nothing is, the next search reads what it needs.
        System.getLogger(Session.class.getName())
            .log(System.Logger.Level.DEBUG, "Changes were not read before a commit", failure);
      }
    }
  }

  /** The transaction was committed. */
  public void committed() {
    Handover done = handover;
    ended();
    if (done != null) {
      done.publish();
    }
    checkpointIfDue();
  }

  private void checkpointIfDue() {
    DeferredCheckpoint due = checkpoint;
    checkpoint = null;
    if (due != null) {
      try {
        due.close();
      } catch (StorageException failure) {
        // As within a commit: what cannot be copied now is copied after a later one.
        System.getLogger(Session.class.getName())
            .log(System.Logger.Level.DEBUG, "The log was not copied after a commit", failure);
      }
    }
  }

  private void requireManual(String call) {
    if (autoCommit) {
      throw new SextantException(
          ErrorCode.TRANSACTION_STATE,
          call + " does not apply while auto-commit is on; call setAutoCommit(false) first.");
    }
  }

  /** Sets a savepoint, beginning the transaction if there is none. */
  public void setSavepoint(String name) {
    requireManual("setSavepoint()");
    beforeStatement(true);
    connection.exec("SAVEPOINT " + quote(name));
    savepointSet(name);
  }

  /** Undoes what was done since a savepoint. */
  public void rollbackTo(String name) {
    connection.exec("ROLLBACK TO " + quote(name));
  }

  /** Forgets a savepoint. */
  public void releaseSavepoint(String name) {
    connection.exec("RELEASE " + quote(name));
    savepointReleased(name);
  }

  /** A savepoint was set, by a call or a statement. */
  public void savepointSet(String name) {
    if (!inTransaction) {
      began();
      startedBySavepoint = true;
    }
    savepoints.add(name.toLowerCase(Locale.ROOT));
  }

  /** A savepoint was released, by a call or a statement. */
  public void savepointReleased(String name) {
    int at = savepoints.lastIndexOf(name.toLowerCase(Locale.ROOT));
    if (at < 0) {
      return;
    }
    savepoints.subList(at, savepoints.size()).clear();
    if (startedBySavepoint && savepoints.isEmpty()) {
      ended();
    }
  }

  /** Whether writes are refused. */
  public boolean readOnly() {
    return readOnly;
  }

  /** Refuses or allows writes from now on. */
  public void setReadOnly(boolean readOnly) {
    if (inTransaction) {
      throw new SextantException(
          ErrorCode.TRANSACTION_STATE,
          "setReadOnly() does not apply inside a transaction; commit or roll back first.");
    }
    if (!readOnly && connection.readOnly()) {
      throw new SextantException(
          ErrorCode.READ_ONLY, "The database was opened with mode=ro; open it with mode=rw.");
    }
    connection.exec("PRAGMA query_only = " + (readOnly ? "on" : "off"));
    this.readOnly = readOnly;
  }

  /** The schema's version: it changes with every CREATE, DROP and ALTER, whoever does it. */
  public long schemaVersion() {
    SqliteStatement statement = schemaVersion;
    if (statement == null) {
      statement = connection.prepare("PRAGMA schema_version");
      schemaVersion = statement;
    }
    try {
      return statement.step() ? statement.getLong(0) : 0;
    } finally {
      statement.reset();
    }
  }

  private static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Rolls back what is open. Idempotent. */
  @Override
  public void close() {
    if (schemaVersion != null) {
      schemaVersion.close();
    }
    if (idleLog != null) {
      idleLog.close();
    }
    connection.close();
    database.sessionClosed(this);
  }
}
