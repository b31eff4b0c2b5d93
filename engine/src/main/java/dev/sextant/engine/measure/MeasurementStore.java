package dev.sextant.engine.measure;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.measure.MeasurementManifest.Field;
import dev.sextant.engine.measure.MeasurementManifest.Role;
import dev.sextant.engine.measure.events.Happening;
import dev.sextant.storage.probe.Counter;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measurements that were made: the last 100, of 200,000 samples together at most, in a plain SQLite
 * file beside the database, so that a rollback leaves them; in memory for a database in memory. Any
 * thread.
 */
public final class MeasurementStore implements AutoCloseable {
  private static final int KEPT = 100;
  private static final int KEPT_SAMPLES = 200_000;
  private static final int BUSY_TIMEOUT_MILLIS = 2_000;

  private static final List<String> TABLES =
      List.of(
          "measurements(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, sql TEXT NOT NULL,"
              + " queries INTEGER NOT NULL, samples INTEGER NOT NULL, clean INTEGER NOT NULL,"
              + " steady_state TEXT NOT NULL, verdict TEXT, self_test TEXT NOT NULL,"
              + " overhead_ns INTEGER NOT NULL, hash TEXT NOT NULL)",
          "measurement_samples(measurement INTEGER NOT NULL, query TEXT NOT NULL,"
              + " run INTEGER NOT NULL, start_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL,"
              + " cpu_ns INTEGER, run_queue_ns INTEGER, minor_faults INTEGER,"
              + " major_faults INTEGER, voluntary_switches INTEGER, involuntary_switches INTEGER,"
              + " migrated INTEGER, throttled_ns INTEGER, allocated_bytes INTEGER,"
              + " gc_pause_ns INTEGER, safepoint_ns INTEGER, jit_ns INTEGER,"
              + " deoptimizations INTEGER, cache_hits INTEGER NOT NULL,"
              + " cache_misses INTEGER NOT NULL, result_rows INTEGER NOT NULL,"
              + " verdict TEXT NOT NULL, excess_ns INTEGER NOT NULL, explained REAL)",
          "measurement_summary(measurement INTEGER NOT NULL, query TEXT NOT NULL,"
              + " metric TEXT NOT NULL, all_value REAL, all_low REAL, all_high REAL,"
              + " clean_value REAL, clean_low REAL, clean_high REAL, note TEXT NOT NULL)",
          "measurement_manifest(measurement INTEGER NOT NULL, field TEXT NOT NULL, value TEXT,"
              + " role TEXT NOT NULL, reason TEXT NOT NULL)",
          "confounders(measurement INTEGER NOT NULL, query TEXT NOT NULL, run INTEGER NOT NULL,"
              + " kind TEXT NOT NULL, ns INTEGER NOT NULL, detail TEXT NOT NULL)");

  private static final List<String> INDEXES =
      List.of("measurement_samples", "measurement_summary", "measurement_manifest", "confounders");

  private final Optional<Path> file;
  private final InstantSource clock;
  private @Nullable SqliteConnection connection;

  /**
   * A store, whose file is made with the first measurement.
   *
   * @param file empty for one in memory
   */
  public MeasurementStore(Optional<Path> file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /** The columns of a table, with their types. */
  public static List<String> columns(String table) {
    String text = TABLES.stream().filter(t -> t.startsWith(table + "(")).findFirst().orElseThrow();
    String list = text.substring(table.length() + 1, text.length() - 1);
    return List.of(list.replace(" NOT NULL", "").replace(" PRIMARY KEY", "").split(", ", -1));
  }

  /**
   * Opens the file, so that one that cannot be is known before anything has been measured.
   *
   * @throws dev.sextant.storage.StorageException where it cannot be made, or is no database
   */
  public synchronized void prepare() {
    open();
  }

  /**
   * Keeps a measurement.
   *
   * @param sql the statement as written
   * @return its number
   */
  public synchronized long add(String sql, Measured measured, MeasurementManifest manifest) {
    SqliteConnection store = open();
    store.exec("BEGIN IMMEDIATE");
    try {
      long id = store.queryLong("SELECT coalesce(max(id), 0) + 1 FROM measurements");
      head(store, id, sql, new Kept(measured, manifest));
      samples(store, id, measured);
      summary(store, id, Summary.of(measured));
      manifest(store, id, manifest, measured);
      confounders(store, id, measured);
      trim(store, id);
      store.exec("COMMIT");
      return id;
    } catch (RuntimeException failure) {
      store.exec("ROLLBACK");
      throw failure;
    }
  }

  private record Kept(Measured measured, MeasurementManifest manifest) {}

  private void head(SqliteConnection store, long id, String sql, Kept kept) {
    Measured measured = kept.measured();
    int samples = 0;
    int clean = 0;
    List<String> states = new ArrayList<>();
    for (int subject = 0; subject < measured.states().size(); subject++) {
      samples += measured.of(subject).length;
      clean += measured.clean(subject).length;
      states.add(measured.states().get(subject).kind().label());
    }
    boolean failed =
        measured.checks().stream().anyMatch(c -> c.outcome() == SelfCheck.Outcome.FAILED);
    insert(
        store,
        "measurements",
        id,
        clock.millis(),
        sql,
        (long) measured.states().size(),
        (long) samples,
        (long) clean,
        String.join(", ", states),
        measured.comparison().map(c -> c.verdict().label()).orElse(null),
        failed ? "failed" : "passed",
        measured.overheadNanos(),
        kept.manifest().hash());
  }

  private static void insert(SqliteConnection store, String table, @Nullable Object... values) {
    try (SqliteStatement insert = prepare(store, table, values.length)) {
      run(insert, values);
    }
  }

  private static SqliteStatement prepare(SqliteConnection store, String table, int columns) {
    return store.prepare("INSERT INTO " + table + " VALUES (?" + ", ?".repeat(columns - 1) + ")");
  }

  private static void run(SqliteStatement insert, @Nullable Object... values) {
    for (int i = 0; i < values.length; i++) {
      insert.bind(i + 1, values[i]);
    }
    insert.step();
    insert.reset();
  }

  private static String query(Samples samples, int sample) {
    return samples.subject(sample) == 0 ? "a" : "b";
  }

  private static @Nullable Long known(long value) {
    return value == Counter.MISSING ? null : (Long) value;
  }

  private static void samples(SqliteConnection store, long id, Measured measured) {
    Samples samples = measured.samples();
    Optional<Overlaps> overlaps = measured.overlaps();
    int[] warmUps = IntStream.range(0, measured.states().size()).map(measured::warmUp).toArray();
    try (SqliteStatement insert =
        prepare(store, "measurement_samples", columns("measurement_samples").size())) {
      for (int sample = 0; sample < samples.count(); sample++) {
        if (samples.run(sample) < 0) {
          continue;
        }
        int at = sample;
        Attribution.Found found = measured.found().get(sample);
        String verdict =
            samples.run(sample) < warmUps[samples.subject(sample)]
                ? "warm-up"
                : found.dirty() ? "dirty" : "clean";
        Long cpu = known(samples.get(Counter.CPU, sample));
        run(
            insert,
            id,
            query(samples, sample),
            (long) samples.run(sample),
            samples.start(sample),
            samples.wall(sample),
            known(samples.get(Counter.CPU_NANOS, sample)),
            known(samples.get(Counter.RUN_QUEUE_NANOS, sample)),
            known(samples.get(Counter.MINOR_FAULTS, sample)),
            known(samples.get(Counter.MAJOR_FAULTS, sample)),
            known(samples.get(Counter.VOLUNTARY_SWITCHES, sample)),
            known(samples.get(Counter.INVOLUNTARY_SWITCHES, sample)),
            cpu == null ? null : (Long) (samples.migrated(sample) ? 1L : 0L),
            known(samples.get(Counter.THROTTLED_NANOS, sample)),
            known(samples.get(Counter.ALLOCATED_BYTES, sample)),
            overlaps.map(o -> o.nanos(Happening.Kind.GC_PAUSE, at)).orElse(null),
            overlaps.map(o -> o.nanos(Happening.Kind.SAFEPOINT, at)).orElse(null),
            overlaps.map(o -> o.nanos(Happening.Kind.COMPILATION, at)).orElse(null),
            overlaps.map(o -> o.deoptimizations(at)).orElse(null),
            samples.hits(sample),
            samples.misses(sample),
            samples.rows(sample),
            verdict,
            found.excess(),
            Double.isNaN(found.explained()) ? null : (Double) found.explained());
      }
    }
  }

  private static void summary(SqliteConnection store, long id, List<SummaryRow> rows) {
    try (SqliteStatement insert =
        prepare(store, "measurement_summary", columns("measurement_summary").size())) {
      for (SummaryRow row : rows) {
        run(
            insert,
            id,
            row.query(),
            row.metric(),
            row.all().estimate(),
            row.all().low(),
            row.all().high(),
            row.clean().estimate(),
            row.clean().low(),
            row.clean().high(),
            row.note());
      }
    }
  }

  private static void manifest(
      SqliteConnection store, long id, MeasurementManifest manifest, Measured measured) {
    for (Field field : manifest.fields()) {
      insert(
          store,
          "measurement_manifest",
          id,
          field.name(),
          field.value(),
          field.role().name().toLowerCase(Locale.ROOT),
          field.reason());
    }
    measured
        .missing()
        .forEach(
            (column, why) ->
                insert(store, "measurement_manifest", id, column, null, "moment", why));
    insert(store, "measurement_manifest", id, "hash", manifest.hash(), "moment", "");
  }

  private static void confounders(SqliteConnection store, long id, Measured measured) {
    Samples samples = measured.samples();
    try (SqliteStatement insert = prepare(store, "confounders", columns("confounders").size())) {
      for (int sample = 0; sample < samples.count(); sample++) {
        for (Confounder found : measured.found().get(sample).confounders()) {
          if (samples.run(sample) >= 0) {
            run(
                insert,
                id,
                query(samples, sample),
                (long) samples.run(sample),
                found.kind().sqlName(),
                found.nanos(),
                found.detail());
          }
        }
      }
    }
  }

  private static void trim(SqliteConnection store, long newest) {
    long oldest = newest - KEPT + 1;
    while (oldest < newest
        && store.queryLong(
                "SELECT coalesce(sum(samples), 0) FROM measurements WHERE id >= " + oldest)
            > KEPT_SAMPLES) {
      oldest++;
    }
    store.exec("DELETE FROM measurements WHERE id < " + oldest);
    for (String table : INDEXES) {
      store.exec("DELETE FROM " + table + " WHERE measurement < " + oldest);
    }
  }

  /** The rows of one of the tables, in the order they were written. */
  public synchronized List<List<@Nullable Object>> rows(String table) {
    return rows(table, "");
  }

  /** The rows of one measurement. */
  public synchronized List<List<@Nullable Object>> rows(String table, long measurement) {
    String key = table.equals("measurements") ? "id" : "measurement";
    return rows(table, " WHERE " + key + " = " + measurement);
  }

  private List<List<@Nullable Object>> rows(String table, String where) {
    int columns = columns(table).size();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    if (connection == null && file.map(Files::notExists).orElse(true)) {
      return rows;
    }
    try (SqliteStatement statement =
        open().prepare("SELECT * FROM " + table + where + " ORDER BY rowid")) {
      while (statement.step()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
          row.add(statement.value(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  /**
   * The manifest of a measurement.
   *
   * @throws SextantException {@code 22023} where there is no such measurement
   */
  public MeasurementManifest manifest(long id) {
    require(id);
    List<Field> fields = new ArrayList<>();
    for (List<@Nullable Object> row : rows("measurement_manifest", id)) {
      Role role = Role.valueOf(String.valueOf(row.get(3)).toUpperCase(Locale.ROOT));
      fields.add(
          new Field(
              String.valueOf(row.get(1)), (String) row.get(2), role, String.valueOf(row.get(4))));
    }
    return new MeasurementManifest(fields);
  }

  /** Times of the samples of a measurement's first query, without those of its warm-up. */
  public long[] walls(long id) {
    require(id);
    return rows("measurement_samples", id).stream()
        .filter(row -> "a".equals(row.get(1)) && !"warm-up".equals(row.get(21)))
        .mapToLong(row -> row.get(4) instanceof Long wall ? wall : 0)
        .toArray();
  }

  private void require(long id) {
    if (rows("measurements", id).isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "No measurement " + id + ": SELECT id, sql FROM sextant.measurements lists all.");
    }
  }

  private SqliteConnection open() {
    SqliteConnection open = connection;
    if (open == null) {
      open = SqliteConnection.openBeside(file, "measurements", BUSY_TIMEOUT_MILLIS);
      try {
        create(open);
      } catch (RuntimeException failure) {
        open.close();
        throw failure;
      }
      connection = open;
    }
    return open;
  }

  private static void create(SqliteConnection open) {
    for (String table : TABLES) {
      open.exec("CREATE TABLE IF NOT EXISTS " + table);
    }
    for (String table : INDEXES) {
      open.exec("CREATE INDEX IF NOT EXISTS " + table + "_of ON " + table + "(measurement)");
    }
  }

  @Override
  public synchronized void close() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }
}
