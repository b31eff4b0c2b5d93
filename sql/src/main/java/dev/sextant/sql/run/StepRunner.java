package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.FunctionRun;
import dev.sextant.engine.udf.Upcoming;
import dev.sextant.engine.vector.Elapsed;
import dev.sextant.engine.vector.KnnRequest;
import dev.sextant.engine.vector.KnnResult;
import dev.sextant.engine.vector.Recall;
import dev.sextant.engine.vector.RowRestriction;
import dev.sextant.engine.vector.SearchTrace;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.catalog.SystemTable;
import dev.sextant.sql.plan.ParameterSource;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.RouteWork;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs the steps of one execution of a compiled plan. */
public final class StepRunner implements AutoCloseable {
  private final Tools tools;
  private final Session session;
  private final SessionFunctions functions;
  private final Plan.Compiled plan;
  private final BooleanSupplier cancelled;
  private final @Nullable Object[] frame;
  private final List<Long> handles = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<Actual> actual = new ArrayList<>();
  private final TextSteps texts;
  private final RouteSteps routes;
  private List<@Nullable Object[]> foundRows = List.of();
  private @Nullable StepMeter meter;

  /**
   * What steps work with.
   *
   * @param functions of the session
   * @param statements of the prepared statement
   * @param ids of the session
   * @param calls of users' functions; null where there are none
   */
  public record Tools(
      SessionFunctions functions,
      SubStatements statements,
      RowIdCache ids,
      @Nullable FunctionRun calls) {}

  /** What a step did. */
  public record Actual(Step step, SearchTrace trace, long rows, long nanos) {}

  /**
   * An execution.
   *
   * @param values the user's parameters
   */
  public StepRunner(
      Tools tools, Plan.Compiled plan, @Nullable Object[] values, BooleanSupplier cancelled) {
    this.tools = tools;
    this.functions = tools.functions();
    this.session = functions.session();
    this.plan = plan;
    this.cancelled = cancelled;
    this.texts = new TextSteps(this);
    this.routes = new RouteSteps(this, plan.statement().kind().writes());
    this.frame = new @Nullable Object[plan.sources().size()];
    for (int i = 0; i < frame.length; i++) {
      frame[i] =
          switch (plan.sources().get(i)) {
            case ParameterSource.User(int index) -> values[index];
            case ParameterSource.Constant(Object value) -> value;
            case ParameterSource.UserVector vector ->
                VectorValues.bound(vector, values[vector.index()]);
            case ParameterSource.Produced() -> null;
          };
    }
  }

  SessionFunctions functions() {
    return functions;
  }

  BooleanSupplier cancelled() {
    return cancelled;
  }

  /** The value of a parameter of the plan. */
  @Nullable Object value(int parameter) {
    return frame[parameter];
  }

  /** Gives a parameter of the plan its value. */
  void produce(int parameter, Object value) {
    frame[parameter] = value;
  }

  /** Lets searches tell what they do, and meters all steps. */
  public void trace(StepMeter metered) {
    meter = metered;
  }

  private boolean traced() {
    return meter != null;
  }

  private StepMeter.@Nullable Running metered(Step step) {
    StepMeter known = meter;
    return known == null ? null : known.of(step);
  }

  /** What searches did. */
  public List<Actual> actual() {
    return actual;
  }

  /** Runs the steps that call models: they need no snapshot and hold no lock. */
  public void embed() {
    for (Step step : plan.steps()) {
      try (StepMeter.Running _ = metered(step)) {
        embed(step);
      }
    }
  }

  private void embed(Step step) {
    switch (step) {
      case Step.EmbedTexts embed -> texts.embed(embed);
      case Step.EmbedRows rows -> texts.embed(rows);
      case Step.Call call -> texts.call(call);
      case Step.NumaRows numa ->
          frame[numa.rows()] = new NumaQueries(tools, cancelled).rows(numa.query());
      case Step.ChunkTexts chunks -> texts.chunk(chunks);
      case Step.SimulateCache cache -> texts.simulate(cache);
      case Step.Routing(RouteWork work) -> routes.run(work);
      case Step.ExpectCalls expected -> expect(expected);
      case Step.SystemRows _,
          Step.QueryVector _,
          Step.Value _,
          Step.Hybrid _,
          Step.Range _,
          Step.Knn _,
          Step.KnnJoin _,
          Step.MeasureRecall _ -> {
        // These come after.
      }
    }
  }

  /** Runs the steps that read the database. */
  public void search(long snapshotSeq) {
    for (Step step : plan.steps()) {
      try (StepMeter.Running _ = metered(step)) {
        search(step, snapshotSeq);
      }
    }
  }

  private void search(Step step, long snapshotSeq) {
    switch (step) {
      case Step.QueryVector query -> queryVector(query);
      case Step.Value value -> read(value.sql(), row -> frame[value.parameter()] = row.value(0));
      case Step.Hybrid hybrid -> new HybridSearch(hybrid, this).run(snapshotSeq);
      case Step.Range range -> new RangeSearch(range, this).run(snapshotSeq);
      case Step.Knn knn -> knn(knn, snapshotSeq);
      case Step.KnnJoin join -> knnJoin(join, snapshotSeq);
      case Step.MeasureRecall recall -> frame[recall.share()] = recall(recall, snapshotSeq);
      case Step.SystemRows _,
          Step.EmbedTexts _,
          Step.EmbedRows _,
          Step.NumaRows _,
          Step.Call _,
          Step.ChunkTexts _,
          Step.ExpectCalls _,
          Step.Routing _,
          Step.SimulateCache _ -> {
        // These came before.
      }
    }
  }

  private void expect(Step.ExpectCalls step) {
    FunctionRun calls = tools.calls();
    if (calls != null) {
      List<Upcoming> sources = new ArrayList<>();
      step.arguments().forEach(source -> sources.add(new UpcomingRows(source, this)));
      calls.expect(step.function(), sources);
    }
  }

  /** Whether all parameters of a statement have their values. */
  boolean isReady(SubSql source) {
    return source.parameters().stream()
        .allMatch(
            p -> frame[p] != null || !(plan.sources().get(p) instanceof ParameterSource.Produced));
  }

  /** Runs the steps that read Sextant's own tables. */
  public void systemRows() {
    for (Step step : plan.steps()) {
      if (step instanceof Step.SystemRows(String name, int rows)) {
        SystemTable table = SystemTable.find(name).orElseThrow();
        try (StepMeter.Running _ = metered(step)) {
          frame[rows] = Json.rows(table.rows(session));
        }
      }
    }
  }

  /** Gives a statement of the plan its parameters. */
  public void bind(SqliteStatement statement, List<Integer> parameters) {
    for (int i = 0; i < parameters.size(); i++) {
      statement.bind(i + 1, frame[parameters.get(i)]);
    }
  }

  /** What the user should know about this execution. */
  public List<String> warnings() {
    return warnings;
  }

  /** Takes one row of a statement. */
  interface RowTaker {
    void take(SqliteStatement row);
  }

  /** Shows the rows of a statement whose first column is not NULL. */
  void read(SubSql source, RowTaker taker) {
    readAll(
        source,
        row -> {
          if (row.type(0) != SqliteStatement.NULL) {
            taker.take(row);
          }
        });
  }

  /** Shows all rows of a statement. */
  void readAll(SubSql source, RowTaker taker) {
    SqliteStatement statement = tools.statements().get(source.sql());
    try {
      bind(statement, source.parameters());
      while (statement.step()) {
        taker.take(statement);
      }
    } finally {
      statement.reset();
    }
  }

  private void queryVector(Step.QueryVector step) {
    read(step.sql(), row -> frame[step.vector()] = VectorValues.first(row));
  }

  private void knn(Step.Knn step, long snapshotSeq) {
    Map<Long, Double> distances = new HashMap<>();
    StringBuilder ids = new StringBuilder("[");
    if (frame[step.query()] instanceof byte[] query) {
      Optional<CutOff> cutOff = CutOff.of(step, frame);
      Elapsed elapsed = Elapsed.by(session.database().clock());
      SearchTrace trace = new SearchTrace(traced());
      KnnRequest request =
          request(
                  new Wanted(step.column(), step.metric(), step.limit(), step.named()),
                  VectorCodec.decode(query))
              .tracedBy(trace)
              .restricted(restriction(cutOff.isEmpty() ? step.restriction() : cutOff.get().rest()));
      KnnResult nearest = session.database().vectors().search(session, snapshotSeq, request);
      KnnResult found = cutOff.map(radius -> radius.of(nearest)).orElse(nearest);
      actual.add(new Actual(step, trace, found.rowids().length, elapsed.nanos()));
      warn(found.note());
      if (!plan.found().isEmpty()) {
        foundRows = rows(found, offset(step.limit()));
        return;
      }
      for (int i = 0; i < found.rowids().length; i++) {
        distances.put(found.rowids()[i], found.distances()[i]);
        ids.append(i == 0 ? "" : ",").append(found.rowids()[i]);
      }
    }
    frame[step.distances()] = kept(functions.keepHits(distances));
    frame[step.ids()] = ids.append(']').toString();
  }

  private List<@Nullable Object[]> rows(KnnResult found, long offset) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = (int) Math.min(offset, found.rowids().length); i < found.rowids().length; i++) {
      @Nullable Object[] row = new @Nullable Object[plan.found().size()];
      for (int column = 0; column < row.length; column++) {
        row[column] =
            switch (plan.found().get(column)) {
              case KEY -> found.rowids()[i];
              case DISTANCE -> found.distances()[i];
            };
      }
      rows.add(row);
    }
    return rows;
  }

  /** The rows of the result where {@link Plan.Compiled#found} says that the search gives them. */
  public List<@Nullable Object[]> foundRows() {
    return foundRows;
  }

  private void knnJoin(Step.KnnJoin step, long snapshotSeq) {
    Map<ByteBuffer, Long> numbers = new HashMap<>();
    List<float[]> queries = new ArrayList<>();
    read(
        step.queries(),
        row -> {
          byte[] vector = VectorValues.first(row);
          if (numbers.putIfAbsent(ByteBuffer.wrap(vector), (long) queries.size()) == null) {
            queries.add(VectorCodec.decode(vector));
          }
        });
    Elapsed elapsed = Elapsed.by(session.database().clock());
    SearchTrace trace = new SearchTrace(traced());
    List<KnnRequest> requests = new ArrayList<>();
    KnnRequest first =
        request(new Wanted(step.column(), step.metric(), step.limit(), step.named()), new float[0])
            .tracedBy(trace)
            .restricted(restriction(step.restriction()));
    queries.forEach(query -> requests.add(first.to(query)));
    Map<Long, Double> distances = new HashMap<>();
    StringBuilder hits = new StringBuilder("[");
    List<KnnResult> results = session.database().vectors().search(session, snapshotSeq, requests);
    for (int query = 0; query < results.size(); query++) {
      KnnResult found = results.get(query);
      for (int i = 0; i < found.rowids().length; i++) {
        hits.append(distances.isEmpty() ? "[" : ",[").append(query).append(',');
        hits.append(found.rowids()[i]).append(']');
        distances.put((long) distances.size(), found.distances()[i]);
      }
      warn(found.note());
    }
    actual.add(new Actual(step, trace, distances.size(), elapsed.nanos()));
    frame[step.hits()] = hits.append(']').toString();
    frame[step.distances()] = kept(functions.keepHits(distances));
    frame[step.numbers()] = kept(functions.keepQueries(numbers));
  }

  /** The values of the plan's parameters, so far. */
  @Nullable Object[] frame() {
    return frame;
  }

  Tools tools() {
    return tools;
  }

  /** A search of so many rows, as this execution does it. */
  KnnRequest prepared(KnnRequest request, Step.@Nullable Restriction filter) {
    return request
        .cancelledBy(cancelled)
        .tracedBy(new SearchTrace(traced()))
        .restricted(restriction(filter));
  }

  /** A step has run. */
  void done(Actual did, @Nullable String note) {
    actual.add(did);
    warn(note);
  }

  /** Notes what has to be released in the end. */
  long kept(long handle) {
    handles.add(handle);
    return handle;
  }

  /** Adds a warning, once. */
  void warn(@Nullable String note) {
    if (note != null && !warnings.contains(note)) {
      warnings.add(note);
    }
  }

  /** What a search is to find. */
  private record Wanted(
      VectorColumn column, Metric metric, Step.Limit limit, Step.@Nullable Named named) {}

  private KnnRequest request(Wanted wanted, float[] query) {
    Step.Limit limit = wanted.limit();
    long count = number(limit.countParameter(), limit.count());
    long k = Math.min(Integer.MAX_VALUE, count + offset(limit));
    k = count < 0 || k < 0 ? Integer.MAX_VALUE : k;
    KnnRequest request =
        KnnRequest.of(wanted.column(), wanted.metric(), query, (int) k).cancelledBy(cancelled);
    Step.Named named = wanted.named();
    if (named == null) {
      return request;
    }
    if (count < 0) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER, "Argument k expects 0 or more but got " + count + ".");
    }
    String index = named.index();
    KnnRequest chosen = request.withEf(efSearch(named.efSearch()));
    return index == null ? chosen.exactly() : chosen.by(index);
  }

  /** Rows to skip; none where the number is negative, as in SQLite. */
  private long offset(Step.Limit limit) {
    return Math.max(0, number(limit.offsetParameter(), limit.offset()));
  }

  private double recall(Step.MeasureRecall step, long snapshotSeq) {
    Recall.Wanted wanted =
        new Recall.Wanted(
            step.index(),
            step.column(),
            step.metric(),
            number(step.samples().parameter(), step.samples().value()),
            number(step.k().parameter(), step.k().value()));
    return session.database().vectors().measure(session, snapshotSeq, wanted, cancelled).share();
  }

  /** A number given for one search; 0 for the session's setting. */
  int efSearch(Step.WholeNumber given) {
    if (given.parameter() < 0 && given.value() == 0) {
      return 0;
    }
    return Session.checkedEfSearch(number(given.parameter(), given.value()));
  }

  private @Nullable RowRestriction restriction(Step.@Nullable Restriction step) {
    if (step == null) {
      return null;
    }
    List<@Nullable Object> values = new ArrayList<>();
    step.all().parameters().forEach(parameter -> values.add(frame[parameter]));
    return new SqlRestriction(step, values, tools.statements(), tools.ids());
  }

  /** A number of the statement or of a parameter. */
  long number(int parameter, long literal) {
    if (parameter < 0) {
      return literal;
    }
    Object value = frame[parameter];
    if (value instanceof Number number && number.longValue() == number.doubleValue()) {
      return number.longValue();
    }
    throw new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "LIMIT, OFFSET, k, samples, ef_search, size and overlap expect a whole number but got "
            + value
            + ".");
  }

  /** Forgets what the functions were given. */
  @Override
  public void close() {
    handles.forEach(functions::release);
    texts.close();
    routes.close();
  }
}
