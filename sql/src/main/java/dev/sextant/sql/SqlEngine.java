package dev.sextant.sql;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.engine.statement.StatementCounter;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.compile.Compiler;
import dev.sextant.sql.lex.NormalText;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.plan.Plan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** SQL over one {@link Database}: what its sessions share, such as compiled plans. */
public final class SqlEngine implements AutoCloseable {
  private final Database database;
  private final ScheduledThreadPoolExecutor timeouts;
  private final PlanCache plans = new PlanCache();
  private final LongSupplier nanoTime = System::nanoTime;

  /** SQL over a database, which this engine closes. */
  public SqlEngine(Database database) {
    this.database = database;
    this.timeouts =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("sextant-timeouts").unstarted(task));
    this.timeouts.setRemoveOnCancelPolicy(true);
  }

  /** Nanoseconds from any moment, for what takes time. */
  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /** The database. */
  public Database database() {
    return database;
  }

  /** Opens a session. A private database in memory has one session only. */
  public SqlSession connect() {
    return new SqlSession(this, database.connect());
  }

  /**
   * The plan of a text, compiled at most once per version of the schema.
   *
   * @param catalog the session's view of the schema
   * @param shared whether other sessions see that schema too
   */
  Planned plan(String sql, Catalog catalog, boolean shared) {
    PlanKey key = new PlanKey(sql, catalog.version());
    if (shared) {
      Planned known = plans.get(key);
      if (known != null) {
        return known;
      }
    }
    boolean always = database.settings().get(Settings.COMPILE).equals("always");
    Plan plan =
        new Compiler(
                catalog,
                model -> dimensions(catalog, model),
                always,
                text -> shared ? known(new PlanKey(text, catalog.version())) : null)
            .compile(StatementText.of(sql));
    StatementText.Kind kind = plan.statement().kind();
    String text = NormalText.of(plan.statement().tokens());
    Planned planned = new Planned(plan, database.statements().of(text));
    if (shared && (kind == StatementText.Kind.QUERY || kind == StatementText.Kind.CHANGE)) {
      plans.put(key, planned);
    }
    return planned;
  }

  /**
   * A plan.
   *
   * @param counter of what its executions cost
   */
  record Planned(Plan plan, StatementCounter counter) {}

  private @Nullable Plan known(PlanKey key) {
    Planned known = plans.get(key);
    return known == null ? null : known.plan();
  }

  private int dimensions(Catalog catalog, @Nullable String model) {
    EmbeddingModels models = database.models();
    return catalog.modelDimensions(models, model == null ? models.defaultName() : model);
  }

  private record PlanKey(String sql, long schemaVersion) {}

  /** The plans used last, up to a bound. */
  private static final class PlanCache {
    private static final int MAX_PLANS = 1_000;

    private final Map<PlanKey, Planned> plans =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<PlanKey, Planned> eldest) {
            return size() > MAX_PLANS;
          }
        };

    synchronized @Nullable Planned get(PlanKey key) {
      return plans.get(key);
    }

    synchronized void put(PlanKey key, Planned plan) {
      plans.put(key, plan);
    }
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
