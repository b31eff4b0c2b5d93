package dev.sextant.sql;

import dev.sextant.engine.statement.StatementCounter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** Tries what counting statements costs: the same statement with a counter and without, in turn. */
public final class CountingTrial {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int BLOCK = 2_000;

  private final SqlSession session;

  /** A trial on a session. */
  public CountingTrial(SqlSession session) {
    this.session = session;
  }

  /** Microseconds that counting adds to an execution: the median over pairs of blocks. */
  public double micros(int rounds) {
    double[] added = new double[rounds];
    try (PreparedSql counted = new PreparedSql(session, session.plan("SELECT 1"));
        PreparedSql plain = new PreparedSql(session, session.plan("SELECT 1"))) {
      counted.count(new StatementCounter());
      for (int round = -20; round < rounds; round++) {
        long before = block(plain);
        long with = block(counted);
        long behind = block(plain);
        if (round >= 0) {
          added[round] = (with - (before + behind) / 2.0) / BLOCK / 1e3;
        }
      }
    }
    Arrays.sort(added);
    return added[rounds / 2];
  }

  private static long block(PreparedSql statement) {
    long start = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < BLOCK; i++) {
      statement.runToEnd();
    }
    return THREADS.getCurrentThreadCpuTime() - start;
  }
}
