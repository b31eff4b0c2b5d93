package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Timing;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorCodec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One connection inserts rows, a hundred a transaction, while one thread searches the index of the
 * same table: at several rates, and as fast as it goes; and the same rows go to a table of plain
 * SQLite. Before each the index has caught up with what was inserted before, and all of it has run
 * once before the first. The sustained rate is the highest of the rates that is kept up while the
 * 99th percentile of searches is at most three times that without inserts.
 */
final class IngestBench {
  private static final int PER_TRANSACTION = 100;
  private static final List<Integer> RATES = List.of(1_000, 2_000, 3_000, 4_000, 8_000, 16_000);
  private static final int SECONDS_PER_RATE = 5;
  private static final int MOST_ROWS_OF_A_RATE = 60_000;
  private static final int WARM_RATE = 2_000;

  /** Fewer rows wait for a graph of their own as long as it takes. */
  private static final int FEW = 1_000;

  private static final double MOST_SECONDS_TO_CATCH_UP = 120;
  private static final double P99_LIMIT = 3;
  private static final double KEPT_UP = 0.97;

  private final Dataset data;
  private final int count;
  private final double idleSeconds;
  private final Random random = new Random(11);
  private final List<Phase> phases = new ArrayList<>();
  private int nextId;

  /**
   * What was measured in one phase.
   *
   * @param rows inserted
   * @param rowsPerSecond by the clock; 0 where none were inserted
   * @param cpuMicrosPerRow of the thread that inserts
   * @param searches how many ran meanwhile
   * @param p50 microseconds of a search, by the clock
   * @param cpuP99 microseconds of a search, by the CPU time of its thread
   * @param waiting rows that wait for a graph at the end, and are compared one by one
   * @param caughtUp seconds until that was built; NaN where it does not apply
   */
  record Phase(
      String name,
      int rows,
      double rowsPerSecond,
      double cpuMicrosPerRow,
      int searches,
      double p50,
      double p99,
      double cpuP99,
      long waiting,
      double caughtUp) {}

  /** Microseconds of each search, sorted: by the clock, and by CPU time. */
  private static final class Latencies {
    private double[] clock = new double[1 << 16];
    private double[] cpu = new double[1 << 16];
    private int size;

    void add(Timing timing) {
      if (size == clock.length) {
        clock = Arrays.copyOf(clock, 2 * size);
        cpu = Arrays.copyOf(cpu, 2 * size);
      }
      cpu[size] = 1e6 * timing.cpuSeconds();
      clock[size++] = 1e6 * timing.wallSeconds();
    }

    Latencies sorted() {
      Arrays.sort(clock, 0, size);
      Arrays.sort(cpu, 0, size);
      return this;
    }

    double percentile(double[] of, double share) {
      return size == 0 ? Double.NaN : of[(int) (share * (size - 1))];
    }
  }

  /** Rows were inserted. */
  private record Inserted(int rows, double cpuSeconds, double wallSeconds) {}

  IngestBench(Dataset data) {
    this.data = data;
    this.count = Math.clamp(data.base().length / 2 / PER_TRANSACTION, 20, 500) * PER_TRANSACTION;
    this.idleSeconds = data.base().length < 50_000 ? 3 : 10;
    this.nextId = data.base().length + 1;
  }

  List<Phase> phases() {
    return phases;
  }

  /**
   * Measures.
   *
   * @param indexed a database with a vector index; it is changed
   * @param ef for the searches
   * @param plainFile where plain SQLite is to make its file
   */
  void run(Path indexed, int ef, Path plainFile) throws Exception {
    try (Connection searching = SextantTable.open(indexed, "");
        Connection writing = SextantTable.open(indexed, "");
        Connection plain =
            new org.sqlite.JDBC().connect("jdbc:sqlite:" + plainFile, new Properties());
        ExecutorService writer = Executors.newSingleThreadExecutor();
        PreparedStatement search = searching.prepareStatement(SextantContender.searchText(data))) {
      SextantContender.setEf(searching, ef);
      preparePlain(plain);
      Upkeep upkeep = new Upkeep(searching, search);
      during("warm-up", upkeep, writer.submit(paced(writing, WARM_RATE)));
      phases.clear();
      idle("idle", search);
      for (int rate : RATES) {
        during(paced(rate), upkeep, writer.submit(paced(writing, rate)));
      }
      idle("idle again", search);
      during("inserting, unpaced", upkeep, writer.submit(unpaced(writing, true)));
      alone("inserting alone", writer.submit(unpaced(writing, true)));
      upkeep.awaitFew();
      during("plain SQLite inserting", upkeep, writer.submit(unpaced(plain, false)));
      alone("plain SQLite inserting alone", writer.submit(unpaced(plain, false)));
    }
  }

  /** The index, as a search sees it. */
  private record Upkeep(Connection connection, PreparedStatement search) {
    long waiting() throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT changed_rows FROM sextant.indexes")) {
        return row.next() ? row.getLong(1) : 0;
      }
    }

    /** Waits until few rows wait, and returns how many seconds that took. */
    double awaitFew() throws SQLException {
      long start = System.nanoTime();
      double seconds = 0;
      SextantTable.rows(search);
      while (waiting() >= FEW && seconds < MOST_SECONDS_TO_CATCH_UP) {
        LockSupport.parkNanos(50_000_000);
        SextantTable.rows(search);
        seconds = (System.nanoTime() - start) / 1e9;
      }
      return seconds;
    }
  }

  private void preparePlain(Connection plain) throws Exception {
    try (Statement statement = plain.createStatement()) {
      for (String sql :
          List.of(
              "PRAGMA journal_mode = wal",
              "PRAGMA synchronous = full",
              "PRAGMA foreign_keys = on",
              "CREATE TABLE t(id INTEGER PRIMARY KEY, bucket INTEGER NOT NULL,"
                  + " embedding BLOB NOT NULL)",
              "CREATE INDEX t_bucket ON t(bucket)")) {
        statement.execute(sql);
      }
    }
    plain.setAutoCommit(false);
    int[] buckets = SextantTable.buckets(data.base().length);
    try (PreparedStatement insert = plain.prepareStatement(SextantTable.INSERT)) {
      for (int row = 0; row < data.base().length; row++) {
        insert.setInt(1, row + 1);
        insert.setInt(2, buckets[row]);
        insert.setBytes(3, VectorCodec.encode(data.base()[row]));
        insert.executeUpdate();
      }
    }
    plain.commit();
  }

  private Callable<Inserted> unpaced(Connection connection, boolean ours) {
    return insertion(connection, ours, count, 0);
  }

  private static String paced(int rate) {
    return "inserting %,d rows/s".formatted(rate);
  }

  private Callable<Inserted> paced(Connection connection, int rate) {
    int wanted = Math.min(Math.max(count, MOST_ROWS_OF_A_RATE), SECONDS_PER_RATE * rate);
    int rows = wanted / PER_TRANSACTION * PER_TRANSACTION;
    return insertion(connection, true, rows, 1e9 * PER_TRANSACTION / rate);
  }

  /** Inserts rows; transactions begin so many nanoseconds apart, 0 for at once. */
  private Callable<Inserted> insertion(
      Connection connection, boolean ours, int inserted, double apart) {
    float[][] rows = newRows(inserted);
    int firstId = nextId;
    nextId += inserted;
    return () -> {
      connection.setAutoCommit(false);
      Timing timing = Timing.ofThread();
      long start = System.nanoTime();
      int commits = 0;
      try (PreparedStatement insert = connection.prepareStatement(SextantTable.INSERT)) {
        for (int i = 0; i < inserted; i++) {
          insert.setInt(1, firstId + i);
          insert.setInt(2, i % SextantTable.BUCKETS);
          if (ours) {
            insert.setObject(3, rows[i]);
          } else {
            insert.setBytes(3, VectorCodec.encode(rows[i]));
          }
          insert.executeUpdate();
          if (i % PER_TRANSACTION == PER_TRANSACTION - 1) {
            connection.commit();
            commits++;
            long due = start + (long) (commits * apart);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
              LockSupport.parkNanos(left);
            }
          }
        }
      }
      return new Inserted(inserted, timing.cpuSeconds(), timing.wallSeconds());
    };
  }

  /** Rows near rows of the data set. */
  private float[][] newRows(int wanted) {
    float[][] rows = new float[wanted][];
    for (int i = 0; i < wanted; i++) {
      float[] row = data.base()[random.nextInt(data.base().length)].clone();
      double spread = 0.1 * Metric.norm(row) / Math.sqrt(row.length);
      for (int d = 0; d < row.length; d++) {
        row[d] += (float) (random.nextGaussian() * spread);
      }
      double norm = data.metric() == Metric.COSINE ? Metric.norm(row) : 1;
      for (int d = 0; d < row.length; d++) {
        row[d] /= (float) norm;
      }
      rows[i] = row;
    }
    return rows;
  }

  private void idle(String name, PreparedStatement search) throws Exception {
    long end = System.nanoTime() + (long) (idleSeconds * 1e9);
    Latencies micros = search(search, () -> System.nanoTime() < end);
    phases.add(phase(name, new Inserted(0, 0, 0), micros, new After(0, Double.NaN)));
  }

  private void during(String name, Upkeep upkeep, Future<Inserted> insertion) throws Exception {
    Latencies micros = search(upkeep.search(), () -> !insertion.isDone());
    long waiting = upkeep.waiting();
    After after = new After(waiting, upkeep.awaitFew());
    phases.add(phase(name, insertion.get(1, TimeUnit.MINUTES), micros, after));
  }

  private void alone(String name, Future<Inserted> insertion) throws Exception {
    Inserted inserted = insertion.get(30, TimeUnit.MINUTES);
    phases.add(phase(name, inserted, new Latencies(), new After(0, Double.NaN)));
  }

  /** What is left of a phase. */
  private record After(long waiting, double caughtUp) {}

  private static Phase phase(String name, Inserted inserted, Latencies micros, After after) {
    int rows = inserted.rows();
    return new Phase(
        name,
        rows,
        rows == 0 ? 0 : rows / inserted.wallSeconds(),
        rows == 0 ? 0 : 1e6 * inserted.cpuSeconds() / rows,
        micros.size,
        micros.percentile(micros.clock, 0.5),
        micros.percentile(micros.clock, 0.99),
        micros.percentile(micros.cpu, 0.99),
        after.waiting(),
        after.caughtUp());
  }

  /** Searches for as long as it is told. */
  private Latencies search(PreparedStatement search, BooleanSupplier goOn) throws SQLException {
    Latencies latencies = new Latencies();
    while (goOn.getAsBoolean()) {
      Timing timing = Timing.ofThread();
      search.setObject(1, data.queries()[latencies.size % data.queries().length]);
      SextantTable.rows(search);
      latencies.add(timing);
    }
    return latencies.sorted();
  }

  private Phase phase(String name) {
    return phases.stream().filter(phase -> phase.name().equals(name)).findFirst().orElseThrow();
  }

  /** The 99th percentile without inserts: the lower one, of before and after. */
  private double idleP99() {
    return Math.min(phase("idle").p99(), phase("idle again").p99());
  }

  /** Whether a rate was kept up, and searches with it. */
  private boolean holds(int rate) {
    Phase phase = phase(paced(rate));
    return phase.rowsPerSecond() >= KEPT_UP * rate && phase.p99() <= P99_LIMIT * idleP99();
  }

  void addTo(Figures figures) {
    Phase unpaced = phase("inserting, unpaced");
    Phase plain = phase("plain SQLite inserting");
    double idle = idleP99();
    figures.add(
        "ingest_sustained_rows_per_s", RATES.stream().filter(this::holds).reduce(0, Math::max));
    figures.add("ingest_rows_per_s", unpaced.rowsPerSecond());
    figures.add("ingest_plain_rows_per_s", plain.rowsPerSecond());
    figures.add("ingest_ratio", unpaced.rowsPerSecond() / plain.rowsPerSecond());
    figures.add("search_p99_idle_us", idle);
    for (int rate : RATES) {
      figures.add("search_p99_ratio_at_" + rate, phase(paced(rate)).p99() / idle);
    }
    figures.add("search_p99_unpaced_us", unpaced.p99());
    figures.add("search_cpu_p99_unpaced_us", unpaced.cpuP99());
    figures.add("search_p99_unpaced_ratio", unpaced.p99() / idle);
  }
}
