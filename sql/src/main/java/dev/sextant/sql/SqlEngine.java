package dev.sextant.sql;

import dev.sextant.engine.Database;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.plan.Plan;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** SQL over one {@link Database}: what its sessions share, such as compiled plans. */
public final class SqlEngine implements AutoCloseable {
  private final Database database;
  private final ScheduledThreadPoolExecutor timeouts;

  /** SQL over a database, which this engine closes. */
  public SqlEngine(Database database) {
    this.database = database;
    this.timeouts =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("sextant-timeouts").unstarted(task));
    this.timeouts.setRemoveOnCancelPolicy(true);
  }

  /** The database. */
  public Database database() {
    return database;
  }

  /** Opens a session. A private database in memory has one session only. */
  public SqlSession connect() {
    return new SqlSession(this, database.connect());
  }

  Plan plan(String sql) {
    return new Plan.Native(StatementText.of(sql));
  }

  ScheduledFuture<?> after(long millis, Runnable task) {
    return timeouts.schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timeouts.shutdownNow();
    database.close();
  }
}
