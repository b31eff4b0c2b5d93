package dev.sextant.sql;

import dev.sextant.engine.Session;
import dev.sextant.engine.cache.CacheStats;
import dev.sextant.engine.cache.EmbeddingCache;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.measure.CacheCounts;
import dev.sextant.engine.measure.Measured;
import dev.sextant.engine.measure.MeasurementManifest;
import dev.sextant.engine.measure.MeasurementStore;
import dev.sextant.engine.measure.Measurer;
import dev.sextant.engine.measure.Subject;
import dev.sextant.engine.measure.events.EventSource;
import dev.sextant.engine.measure.stats.PairedRatio;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.plan.MeasureCommand;
import dev.sextant.sql.run.Explanation;
import dev.sextant.sql.run.Json;
import dev.sextant.sql.run.ManifestReader;
import dev.sextant.sql.run.StepRunner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** MEASURE, and COMPARE MEASUREMENT. */
final class Measuring implements InnerRun {
  private static final List<String> COMPARED =
      List.of("measurement", "against", "ratio", "ratio_low", "ratio_high", "verdict", "note");

  /** Rows of parameters that are kept; the runs go round them. */
  private static final int MAX_PARAMETER_ROWS = 100_000;

  private final SqlSession owner;
  private final Session session;
  private final MeasureCommand command;
  private final BooleanSupplier stopped;
  private final List<PreparedSql> queries = new ArrayList<>();
  private final @Nullable PreparedSql parameters;

  Measuring(SqlSession owner, MeasureCommand command, BooleanSupplier stopped) {
    this.owner = owner;
    this.session = owner.session();
    this.command = command;
    this.stopped = stopped;
    PreparedSql using = null;
    if (command instanceof MeasureCommand.Measure measure) {
      try {
        String text = measure.parameters();
        using = text == null ? null : query(text);
        for (String sql : measure.queries()) {
          queries.add(query(sql));
        }
        requireFit(using);
      } catch (RuntimeException failure) {
        queries.forEach(PreparedSql::close);
        if (using != null) {
          using.close();
        }
        throw failure;
      }
    }
    this.parameters = using;
  }

  private PreparedSql query(String sql) {
    PreparedSql query = new PreparedSql(owner, owner.plan(sql));
    if (query.plan().statement().kind() != StatementText.Kind.QUERY) {
      query.close();
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "MEASURE runs its statement many times, so it takes queries only. Got: " + sql);
    }
    return query;
  }

  private void requireFit(@Nullable PreparedSql using) {
    for (PreparedSql query : queries) {
      if (using != null && query.parameterCount() != using.columns().size()) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "MEASURE: USING gives "
                + using.columns().size()
                + " columns but the query has "
                + query.parameterCount()
                + " parameters. Give one column for each.");
      }
    }
  }

  /** The query that gives the result from rows as JSON. */
  static String result(MeasureCommand command) {
    List<String> names =
        switch (command) {
          case MeasureCommand.Measure _ ->
              MeasurementStore.columns("measurement_summary").stream()
                  .map(column -> column.split(" ", 2)[0])
                  .toList();
          case MeasureCommand.Compare _ -> COMPARED;
        };
    List<String> items = new ArrayList<>();
    for (String name : names) {
      items.add("value ->> " + items.size() + " AS " + name);
    }
    return "SELECT " + String.join(", ", items) + " FROM json_each(?)";
  }

  @Override
  public int parameterCount() {
    return parameters != null
        ? parameters.parameterCount()
        : queries.stream().mapToInt(PreparedSql::parameterCount).sum();
  }

  @Override
  public String run(@Nullable Object[] values, StepRunner.Tools tools) {
    return switch (command) {
      case MeasureCommand.Measure measure -> measure(measure, values, tools);
      case MeasureCommand.Compare(long first, long second) -> compare(first, second);
    };
  }

  private String measure(
      MeasureCommand.Measure measure, @Nullable Object[] values, StepRunner.Tools tools) {
    List<@Nullable Object[]> rows = parameterRows(values);
    List<Subject> subjects = new ArrayList<>();
    int from = 0;
    for (PreparedSql query : queries) {
      List<@Nullable Object[]> given = rows;
      if (parameters == null) {
        int to = from + query.parameterCount();
        List<@Nullable Object[]> own = new ArrayList<>();
        own.add(Arrays.copyOfRange(values, from, to));
        given = own;
        from = to;
      }
      subjects.add(new Query(query, given));
    }
    MeasurementStore store = session.database().measurements();
    store.prepare();
    MeasurementManifest manifest = manifest(measure, tools);
    Measured measured = new Measurer(measurerTools()).measure(measure.options(), subjects, stopped);
    MeasurementManifest whole = new ManifestReader(session).ended(manifest);
    long id = store.add(String.join("\nAGAINST ", measure.queries()), measured, whole);
    return Json.rows(store.rows("measurement_summary", id));
  }

  private List<@Nullable Object[]> parameterRows(@Nullable Object[] values) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    PreparedSql using = parameters;
    if (using == null) {
      return rows;
    }
    for (int i = 0; i < values.length; i++) {
      using.bind(i + 1, values[i]);
    }
    using.readRows(rows, MAX_PARAMETER_ROWS);
    if (rows.isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER, "MEASURE: the query of USING gives no rows.");
    }
    return rows;
  }

  /** A query, whose parameters go round rows. */
  private record Query(PreparedSql statement, List<@Nullable Object[]> rows) implements Subject {
    @Override
    public void prepare(int number) {
      @Nullable Object[] row = rows.get(number % rows.size());
      for (int i = 0; i < row.length; i++) {
        statement.bind(i + 1, row[i]);
      }
    }

    @Override
    public long run() {
      return statement.runToEnd();
    }
  }

  private MeasurementManifest manifest(MeasureCommand.Measure measure, StepRunner.Tools tools) {
    List<String> texts = new ArrayList<>(measure.queries());
    if (measure.parameters() != null) {
      texts.add(measure.parameters());
    }
    List<List<String>> plans = new ArrayList<>();
    Explanation explanation = new Explanation(owner.catalog(), tools, null);
    queries.forEach(query -> plans.add(explanation.lines(query.plan())));
    return new ManifestReader(session).read(texts, plans);
  }

  private Measurer.Tools measurerTools() {
    return new Measurer.Tools(
        session.database().probes().sources(),
        EventSource.host(),
        session.database().numa().kernel(),
        new CacheCounts(() -> cached(CacheStats::hits), () -> cached(CacheStats::misses)),
        System::nanoTime);
  }

  private long cached(ToLongFunction<CacheStats> count) {
    return session.database().cache().used().map(cache -> cache.stats().stream()).stream()
        .flatMap(stats -> stats)
        .filter(stats -> stats.tier().equals(EmbeddingCache.HOT))
        .mapToLong(count)
        .sum();
  }

  private String compare(long first, long second) {
    MeasurementStore store = session.database().measurements();
    MeasurementManifest ours = store.manifest(first);
    List<String> differences = ours.differences(store.manifest(second));
    if (!differences.isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Measurements "
              + first
              + " and "
              + second
              + " cannot be compared, they differ in "
              + String.join("; ", differences)
              + ". Measure both under the same conditions, or MEASURE one AGAINST the other.");
    }
    long[] mine = store.walls(first);
    long[] theirs = store.walls(second);
    PairedRatio.Comparison comparison = PairedRatio.unpaired(mine, theirs, new Random(1));
    List<@Nullable Object> row =
        Arrays.asList(
            first,
            second,
            comparison.ratio().estimate(),
            finite(comparison.ratio().low()),
            finite(comparison.ratio().high()),
            comparison.verdict().label(),
            mine.length + " samples against " + theirs.length + ", not taken in turn");
    List<List<@Nullable Object>> rows = new ArrayList<>();
    rows.add(row);
    return Json.rows(rows);
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? (Double) value : null;
  }

  @Override
  public void stop() {
    queries.forEach(PreparedSql::cancel);
    if (parameters != null) {
      parameters.cancel();
    }
  }

  @Override
  public void close() {
    queries.forEach(PreparedSql::close);
    if (parameters != null) {
      parameters.close();
    }
  }
}
