package dev.sextant.engine.udf;

import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.udf.AuditSink;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/*
 * The log has a file of its own, so that a rollback of the statement that failed leaves what it
 * says. Each row holds the SHA-256 of itself and of the row before it: a row that was changed, or
 * taken out of the middle, breaks the chain. Who can write the file can of course write a whole
 * chain anew; the log is for the owner of the file, not against them.
 */
/**
 * What was refused, denied and killed: the last 10,000 events, in a file beside the database that
 * several processes may write, or in memory for a database in memory. Any thread.
 */
public final class AuditLog implements AuditSink, AutoCloseable {
  /** How many events are kept. */
  public static final int KEPT = 10_000;

  /** What stands for the hash of the row before the first one. */
  public static final String ORIGIN = "0".repeat(64);

  private static final int MAX_TEXT = 2000;
  private static final int BUSY_TIMEOUT_MILLIS = 2000;

  private final Optional<Path> file;
  private final InstantSource clock;
  private final int kept;
  private @Nullable SqliteConnection connection;
  private int lost;

  /**
   * An event that is kept.
   *
   * @param at milliseconds since 1970
   * @param previous the hash of the event before
   */
  public record Kept(long seq, long at, AuditEvent event, String previous, String hash) {
    /** The hash that this event has to have. */
    public String expectedHash() {
      return AuditLog.hash(seq, at, event, previous);
    }
  }

  /**
   * A log, whose file is made with the first event.
   *
   * @param file empty for a log in memory
   * @param kept how many events are kept
   */
  public AuditLog(Optional<Path> file, InstantSource clock, int kept) {
    this.file = file;
    this.clock = clock;
    this.kept = kept;
  }

  /** Remembers what a sandbox tells. Where that cannot be written, the next event says so. */
  @Override
  public synchronized void add(Audit audit) {
    try {
      record(AuditEvent.of(audit));
    } catch (StorageException unwritten) {
      lost++;
    }
  }

  /** Remembers an event. */
  public synchronized void record(AuditEvent event) {
    AuditEvent cut =
        new AuditEvent(event.function(), event.profile(), event.event(), shortened(event.detail()));
    SqliteConnection log = open();
    log.exec("BEGIN IMMEDIATE");
    try {
      if (lost > 0) {
        append(log, new AuditEvent("", "", "lost", lost + " events could not be written"));
      }
      append(log, cut);
      log.exec("COMMIT");
      lost = 0;
    } catch (RuntimeException failure) {
      log.exec("ROLLBACK");
      throw failure;
    }
  }

  /**
   * Remembers a failure, or a decision, that concerns a function. Where that cannot be written, the
   * failure says so.
   *
   * @param failure what happened
   */
  public void record(UserFunction function, String event, SextantException failure) {
    String detail = failure.sqlState() + " " + failure.getMessage();
    try {
      record(
          new AuditEvent(
              function.signature(),
              function.definition().profile().name(),
              event.toLowerCase(Locale.ROOT),
              detail));
    } catch (StorageException unwritten) {
      failure.addSuppressed(unwritten);
    }
  }

  private static String shortened(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }

  private void append(SqliteConnection log, AuditEvent event) {
    long seq = 1;
    String previous = ORIGIN;
    try (SqliteStatement last =
        log.prepare("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")) {
      if (last.step()) {
        seq = last.getLong(0) + 1;
        previous = String.valueOf(last.getText(1));
      }
    }
    long at = clock.millis();
    try (SqliteStatement insert =
        log.prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.bind(1, seq);
      insert.bind(2, at);
      insert.bind(3, event.function());
      insert.bind(4, event.profile());
      insert.bind(5, event.event());
      insert.bind(6, event.detail());
      insert.bind(7, previous);
      insert.bind(8, hash(seq, at, event, previous));
      insert.step();
    }
    try (SqliteStatement delete = log.prepare("DELETE FROM audit WHERE seq <= ?")) {
      delete.bind(1, seq - kept);
      delete.step();
    }
  }

  /** Each part with its length before it, so that no two events give the same bytes. */
  private static String hash(long seq, long at, AuditEvent event, String previous) {
    StringBuilder text = new StringBuilder();
    for (String part :
        List.of(
            Long.toString(seq),
            Long.toString(at),
            event.function(),
            event.profile(),
            event.event(),
            event.detail(),
            previous)) {
      text.append(part.length()).append(':').append(part);
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(UserFunction.sha256(bytes));
  }

  /** The events that are kept, oldest first. */
  public synchronized List<Kept> events() {
    List<Kept> events = new ArrayList<>();
    if (connection == null && file.map(Files::notExists).orElse(true)) {
      return events;
    }
    try (SqliteStatement rows = open().prepare("SELECT * FROM audit ORDER BY seq")) {
      while (rows.step()) {
        events.add(
            new Kept(
                rows.getLong(0),
                rows.getLong(1),
                new AuditEvent(text(rows, 2), text(rows, 3), text(rows, 4), text(rows, 5)),
                text(rows, 6),
                text(rows, 7)));
      }
    }
    return events;
  }

  private static String text(SqliteStatement rows, int column) {
    return String.valueOf(rows.getText(column));
  }

  private SqliteConnection open() {
    SqliteConnection open = connection;
    if (open == null) {
      open = SqliteConnection.openBeside(file, "the audit", BUSY_TIMEOUT_MILLIS);
      open.exec(
          "CREATE TABLE IF NOT EXISTS audit(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
              + " function TEXT NOT NULL, profile TEXT NOT NULL, event TEXT NOT NULL,"
              + " detail TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL)");
      connection = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }
}
