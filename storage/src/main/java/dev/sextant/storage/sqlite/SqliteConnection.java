package dev.sextant.storage.sqlite;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;

/**
 * One connection to a SQLite file, always in SQLite's own auto-commit: transactions are begun and
 * ended by statements. One thread at a time, except {@link #interrupt}.
 */
public final class SqliteConnection implements AutoCloseable {

  /**
   * How to open a file.
   *
   * @param file the file; empty for a private database in memory
   * @param mode {@code rwc}, {@code rw} or {@code ro}
   * @param synchronous {@code full}, {@code normal} or {@code off}
   */
  public record OpenOptions(
      Optional<Path> file, String mode, String synchronous, int busyTimeoutMillis) {}

  /** SQLITE_DIRECTONLY: no view, trigger, index or default of the file calls the function. */
  private static final int DIRECT_ONLY = 0x80000;

  /** Causes of a failure that are looked at. */
  private static final int MAX_CAUSES = 10;

  private final SQLiteConnection connection;
  private final boolean readOnly;
  private @Nullable RuntimeException functionFailure;

  private SqliteConnection(SQLiteConnection connection, boolean readOnly) {
    this.connection = connection;
    this.readOnly = readOnly;
  }

  /**
   * Opens or creates a database; nothing is created where opening fails.
   *
   * @throws StorageException {@code CANNOT_OPEN}, {@code NOT_A_DATABASE}, {@code BUSY}
   */
  public static SqliteConnection open(OpenOptions options) {
    options.file().ifPresent(file -> checkPath(file, options.mode()));
    boolean readOnly = options.mode().equals("ro");
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    if (!options.mode().equals("rwc")) {
      config.resetOpenMode(SQLiteOpenMode.CREATE);
    }
    config.setBusyTimeout(options.busyTimeoutMillis());
    String where = options.file().map(Path::toString).orElse(":memory:");
    try {
      Connection opened = config.createConnection("jdbc:sqlite:" + where);
      SqliteConnection result =
          new SqliteConnection(opened.unwrap(SQLiteConnection.class), readOnly);
      result.prepareFile(options, where);
      return result;
    } catch (SQLException failure) {
      throw cannotOpen(where, failure);
    }
  }

  /**
   * Opens or creates a file of ours beside a database, in its folder, which is made where it is
   * missing; in memory where there is no file.
   *
   * @param what it is for, in messages
   * @throws StorageException {@code IO} where the folder cannot be made, and as {@link #open}
   */
  public static SqliteConnection openBeside(
      Optional<Path> file, String what, int busyTimeoutMillis) {
    Path folder = file.map(Path::getParent).orElse(null);
    if (folder != null) {
      try {
        Files.createDirectories(folder);
      } catch (IOException failure) {
        throw new StorageException(
            Kind.IO, "The folder \"" + folder + "\" for " + what + " cannot be made.", failure);
      }
    }
    return open(new OpenOptions(file, "rwc", "normal", busyTimeoutMillis));
  }

  private void prepareFile(OpenOptions options, String where) {
    try {
      queryLong("PRAGMA schema_version");
      if (!readOnly && options.file().isPresent()) {
        exec("PRAGMA journal_mode = wal");
      }
      exec("PRAGMA synchronous = " + options.synchronous());
      exec("PRAGMA foreign_keys = on");
    } catch (StorageException failure) {
      close();
      throw cannotOpen(where, failure);
    }
  }

  private static void checkPath(Path file, String mode) {
    Path parent = file.toAbsolutePath().getParent();
    String problem = null;
    if (file.toString().indexOf('?') >= 0) {
      problem = "its name holds a question mark";
    } else if (Files.isDirectory(file)) {
      problem = "it is a folder; name a file in it";
    } else if (parent != null && !Files.isDirectory(parent)) {
      problem = "the folder \"" + parent + "\" does not exist; create it first";
    } else if (!Files.exists(file) && !mode.equals("rwc")) {
      problem = "it does not exist and mode=" + mode + " creates none; use mode=rwc";
    } else if (!Files.exists(file) && parent != null && !Files.isWritable(parent)) {
      problem = "the folder \"" + parent + "\" is read-only";
    } else if (Files.exists(file) && !Files.isReadable(file)) {
      problem = "this process may not read it";
    }
    if (problem != null) {
      throw new StorageException(
          Kind.CANNOT_OPEN, "Cannot open \"" + file.toAbsolutePath() + "\": " + problem + ".");
    }
  }

  private static StorageException cannotOpen(String where, Exception failure) {
    StorageException known =
        failure instanceof StorageException storage
            ? storage
            : SqliteFailures.preparing((SQLException) failure);
    String quoted = "\"" + where + "\"";
    return switch (known.kind()) {
      case NOT_A_DATABASE ->
          new StorageException(
              Kind.NOT_A_DATABASE,
              "The file " + quoted + " is not a SQLite database; it was left as it is.",
              failure);
      case BUSY ->
          new StorageException(
              Kind.BUSY,
              "Cannot open "
                  + quoted
                  + ": another process holds it locked. Close the other"
                  + " connection or raise busy_timeout.",
              failure);
      case READ_ONLY ->
          new StorageException(
              Kind.CANNOT_OPEN,
              "Cannot open "
                  + quoted
                  + " for writing: the file or its folder is read-only. Open it with ?mode=ro, or"
                  + " make both writable.",
              failure);
      case CORRUPT -> known;
      default ->
          new StorageException(
              Kind.CANNOT_OPEN,
              "Cannot open "
                  + quoted
                  + ": "
                  + (isDenied(failure)
                      ? "the JVM denies native access to SQLite's library. Start it with"
                          + " --enable-native-access=ALL-UNNAMED."
                      : known.getMessage()),
              failure);
    };
  }

  private static boolean isDenied(Throwable failure) {
    Throwable at = failure;
    for (int i = 0; i < MAX_CAUSES && at != null; i++) {
      if (at instanceof IllegalCallerException) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }

  /** Prepares one statement; the caller closes it. */
  public SqliteStatement prepare(String sql) {
    return new SqliteStatement(this, sql);
  }

  /** Runs a statement and drops its rows. */
  public void exec(String sql) {
    try (SqliteStatement statement = prepare(sql)) {
      while (statement.step()) {
        // The rows of a pragma are of no interest here.
      }
    }
  }

  /** The first column of the first row as an integer, 0 where there is no row. */
  public long queryLong(String sql) {
    try (SqliteStatement statement = prepare(sql)) {
      return statement.step() ? statement.getLong(0) : 0;
    }
  }

  /** Whether the connection was opened for reading only. */
  public boolean readOnly() {
    return readOnly;
  }

  /** Rows changed by the last INSERT, UPDATE or DELETE, triggers not counted. */
  public long changes() {
    try {
      return connection.getDatabase().changes();
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** Rows changed since the connection was opened, those of triggers and foreign keys counted. */
  public long totalChanges() {
    try {
      return connection.getDatabase().total_changes();
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** Milliseconds to wait for other connections' locks. */
  public void setBusyTimeout(int millis) {
    try {
      connection.setBusyTimeout(millis);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** Whether a transaction begun by a statement is under way. Meant for after an error. */
  public boolean inTransaction() {
    try {
      exec("BEGIN");
    } catch (StorageException refused) {
      return refused.kind() == Kind.TRANSACTION_STATE;
    }
    exec("ROLLBACK");
    return false;
  }

  /** Stops whatever runs on this connection, from any thread. */
  public void interrupt() {
    try {
      connection.getDatabase().interrupt();
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** Makes one of Sextant's functions callable in SQL on this connection. */
  public void createFunction(String name, ScalarFunction function) {
    createFunction(name, function, ScalarFunction.Kind.OWN);
  }

  /**
   * Makes a Java function callable in SQL on this connection.
   *
   * @throws StorageException {@code BUSY} where it takes the place of another while statements run
   */
  public void createFunction(String name, ScalarFunction function, ScalarFunction.Kind kind) {
    int flags =
        switch (kind) {
          case OWN -> Function.FLAG_DETERMINISTIC;
          case REPEATABLE -> Function.FLAG_DETERMINISTIC | DIRECT_ONLY;
          case VOLATILE -> DIRECT_ONLY;
        };
    try {
      Function.create(connection, name, new FunctionAdapter(this, function), -1, flags);
    } catch (SQLException failure) {
      throw new StorageException(
          Kind.BUSY,
          "Function \"" + name + "\" cannot change while results are open. Close them first.",
          failure);
    }
  }

  /**
   * Forgets a function.
   *
   * @return whether it is forgotten; it is not while statements run
   */
  public boolean dropFunction(String name) {
    try {
      Function.destroy(connection, name);
      return true;
    } catch (SQLException inUse) {
      return false;
    }
  }

  void rememberFailure(RuntimeException failure) {
    functionFailure = failure;
  }

  /** The failure a Java function threw since the last call, else {@code failure} explained. */
  RuntimeException explain(SQLException failure) {
    RuntimeException thrown = functionFailure;
    functionFailure = null;
    if (thrown != null && SqliteFailures.isCode(failure, SQLiteErrorCode.SQLITE_ERROR)) {
      return thrown;
    }
    return SqliteFailures.running(failure);
  }

  /** The failure of a function that SQLite called while preparing, else {@code failure}. */
  RuntimeException explainPreparing(SQLException failure) {
    RuntimeException thrown = functionFailure;
    functionFailure = null;
    return thrown == null ? SqliteFailures.preparing(failure) : thrown;
  }

  SQLiteConnection jdbc() {
    return connection;
  }

  /** Rolls back what is open. Idempotent. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }
}
