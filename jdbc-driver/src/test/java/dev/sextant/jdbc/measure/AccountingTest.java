package dev.sextant.jdbc.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.sql.OwnFunction;
import dev.sextant.sql.SqlSession;
import dev.sextant.storage.numa.kernel.Kernel;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The counts of MEASURE agree with the operating system's own. The measured query calls a function
 * that reads that accounting when it begins and when it ends, on the thread that is measured. What
 * was counted from the first run's beginning to the last one's end is the least that the samples
 * can say together, what was counted around the whole statement the most.
 */
class AccountingTest {
  private static final int RUNS = 100;
  private static final int TRIES = 5;

  /** Too small for a huge page, so that each of its pages is a fault. */
  private static final long TOUCHED = 1L << 20;

  private static final long PAGE = 4096;

  private final Kernel kernel = Kernel.host();
  private final List<ThreadUsage> begun = new ArrayList<>();
  private final List<ThreadUsage> ended = new ArrayList<>();

  /** What the samples say, and the system's accounting. */
  private record Counted(ThreadUsage samples, ThreadUsage inside, ThreadUsage around, int runs) {
    /** What the engine has between and around the samples. */
    ThreadUsage between() {
      return around.since(samples);
    }
  }

  private void define(Connection connection, Supplier<ThreadUsage> usage, Runnable work)
      throws SQLException {
    OwnFunction.define(
        connection.unwrap(SqlSession.class),
        "work",
        arguments -> {
          begun.add(usage.get());
          work.run();
          ended.add(usage.get());
          return 1L;
        });
  }

  private Counted measure(Connection connection, Supplier<ThreadUsage> usage, Runnable work)
      throws SQLException {
    define(connection, usage, work);
    begun.clear();
    ended.clear();
    ThreadUsage before = usage.get();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet summary =
          statement.executeQuery("MEASURE RUNS " + RUNS + " WARMUP 0 SELECT work()")) {
        assertThat(summary.next()).isTrue();
      }
      ThreadUsage around = usage.get().since(before);
      try (ResultSet sums =
          statement.executeQuery(
              "SELECT sum(minor_faults), sum(major_faults), sum(voluntary_switches),"
                  + " sum(involuntary_switches), sum(cpu_ns), sum(allocated_bytes), count(*)"
                  + " FROM sextant.measurement_samples WHERE measurement ="
                  + " (SELECT max(id) FROM sextant.measurements)")) {
        assertThat(sums.next()).isTrue();
        return new Counted(
            new ThreadUsage(
                sums.getLong(1),
                sums.getLong(2),
                sums.getLong(3),
                sums.getLong(4),
                sums.getLong(5),
                sums.getLong(6)),
            ended.getLast().since(begun.getFirst()),
            around,
            sums.getInt(7));
      }
    }
  }

  private Counted checked(Connection connection, Supplier<ThreadUsage> usage, Runnable work)
      throws SQLException {
    Counted counted = measure(connection, usage, work);
    assertThat(counted.runs()).isEqualTo(RUNS);
    assertThat(begun).hasSize(RUNS);
    assertThat(counted.inside().within(counted.samples())).as(counted.toString()).isTrue();
    assertThat(counted.samples().within(counted.around())).as(counted.toString()).isTrue();
    return counted;
  }

  private static Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sextant::memory:");
  }

  @Test
  void aHundredSleepsAreAHundredSwitches() throws SQLException {
    List<Supplier<ThreadUsage>> ways = List.of(ThreadUsage::now, ThreadUsage::ofFiles);
    try (Connection connection = connect()) {
      for (Supplier<ThreadUsage> usage : ways) {
        List<Long> seen = new ArrayList<>();
        for (int i = 0; i < TRIES && !seen.contains((long) RUNS); i++) {
          Counted counted = checked(connection, usage, () -> LockSupport.parkNanos(1_000_000));
          assertThat(counted.samples().voluntary()).isGreaterThanOrEqualTo(RUNS);
          seen.add(counted.samples().voluntary());
        }
        // A pause of the collector may be one more.
        assertThat(seen).contains((long) RUNS);
      }
    }
  }

  @Test
  void pagesThatAreTouchedAreFaults() throws SQLException {
    try (Connection connection = connect()) {
      checked(connection, ThreadUsage::now, () -> {});
      Counted idle = checked(connection, ThreadUsage::now, () -> {});
      Counted counted =
          checked(
              connection,
              ThreadUsage::now,
              () -> {
                long at = kernel.map(TOUCHED).value();
                kernel.touch(at, TOUCHED);
                kernel.unmap(at, TOUCHED);
              });
      long pages = RUNS * (TOUCHED / PAGE);
      assertThat(counted.samples().minor()).isBetween(pages, pages + pages / 10);
      assertThat(counted.samples().minor() - counted.inside().minor())
          .as("faults between a function's end and the next one's beginning: %s", counted)
          .isLessThanOrEqualTo(RUNS / 10);
      assertThat(counted.between().minor())
          .as("faults beside the samples, against %s of an idle run", idle)
          .isLessThanOrEqualTo(2 * idle.between().minor() + pages / 10);
    }
  }

  @Test
  void allocationAndTimeAreThoseOfTheJvm() throws SQLException {
    int bytes = 1 << 20;
    byte[][] kept = new byte[1][];
    try (Connection connection = connect()) {
      checked(connection, ThreadUsage::now, () -> kept[0] = new byte[bytes]);
      Counted counted = checked(connection, ThreadUsage::now, () -> kept[0] = new byte[bytes]);
      assertThat(kept[0]).hasSize(bytes);
      long least = (long) RUNS * bytes;
      assertThat(counted.samples().allocated()).isBetween(least, least + least / 10);
      assertThat(counted.inside().allocated()).isBetween(least, counted.samples().allocated());
      assertThat(counted.samples().cpuNanos())
          .isBetween(counted.inside().cpuNanos(), counted.around().cpuNanos());
    }
  }
}
