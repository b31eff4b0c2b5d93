package dev.sextant.sql;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.statement.StatementCounter;
import dev.sextant.engine.udf.FunctionRun;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.plan.EngineCommand;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.run.Definitions;
import dev.sextant.sql.run.EngineCommands;
import dev.sextant.sql.run.IndexCommands;
import dev.sextant.sql.run.StepMeter;
import dev.sextant.sql.run.StepRunner;
import dev.sextant.sql.run.SubStatements;
import dev.sextant.sql.run.UserFunctions;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.VectorCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A prepared statement: a plan and SQLite's statement for it. */
final class PreparedSql implements SqlStatement {
  private static final String NO_STATEMENT = "BEGIN";
  private static final String LINES = "SELECT value AS plan FROM json_each(?)";

  private final SqlSession owner;
  private final Session session;
  private final @Nullable Object[] values;
  private final boolean[] bound;
  private final SubStatements statements;
  private Plan plan;
  private long planVersion;
  private long planEpoch;
  private SqliteStatement sqlite;
  private List<ResultColumn> columns;
  private List<String> warnings = List.of();
  private long timeoutMillis;
  private @Nullable RowCursor cursor;
  private @Nullable StepRunner runner;
  private @Nullable Future<?> timeout;
  private final boolean callsFunctions;
  private volatile @Nullable FunctionRun calls;
  private volatile boolean running;
  private volatile @Nullable ErrorCode stopped;
  private boolean closed;
  private final @Nullable InnerRun inner;
  private @Nullable StatementCounter counter;
  private long begun;
  private long rowsGiven;
  private @Nullable StepMeter meter;
  private List<StepRunner.Actual> actual = List.of();

  PreparedSql(SqlSession owner, Plan plan) {
    this.owner = owner;
    this.session = owner.session();
    this.plan = plan;
    this.planVersion = owner.catalog().version();
    this.planEpoch = session.schemaEpoch();
    this.statements = new SubStatements(session.connection());
    this.inner =
        switch (plan) {
          case Plan.Explain explain -> new Explaining(owner, explain);
          case Plan.Measure(var _, var command) -> new Measuring(owner, command, this::isStopped);
          case Plan.Native _, Plan.Compiled _, Plan.Definition _, Plan.Index _, Plan.Command _ ->
              null;
        };
    this.sqlite = prepared(plan);
    this.columns = ResultColumns.of(plan, sqlite);
    int parameters =
        switch (plan) {
          case Plan.Native _ -> sqlite.parameterCount();
          case Plan.Compiled compiled -> compiled.userParameters();
          case Plan.Explain _, Plan.Measure _ -> inner == null ? 0 : inner.parameterCount();
          case Plan.Definition _, Plan.Index _, Plan.Command _ -> 0;
        };
    this.callsFunctions = owner.calls(plan.statement());
    this.values = new @Nullable Object[parameters];
    this.bound = new boolean[parameters];
  }

  private SqliteStatement prepared(Plan plan) {
    return switch (plan) {
      case Plan.Native(StatementText statement) -> session.connection().prepare(statement.sql());
      case Plan.Compiled compiled -> {
        owner.functions();
        yield session.connection().prepare(compiled.sql().sql());
      }
      case Plan.Definition _, Plan.Index _, Plan.Command _ ->
          session.connection().prepare(NO_STATEMENT);
      case Plan.Explain _ -> session.connection().prepare(LINES);
      case Plan.Measure(var _, var command) ->
          session.connection().prepare(Measuring.result(command));
    };
  }

  @Override
  public String sql() {
    return plan.statement().sql();
  }

  @Override
  public List<ResultColumn> columns() {
    return columns;
  }

  @Override
  public int parameterCount() {
    return values.length;
  }

  @Override
  public void bind(int index, @Nullable Object value) {
    if (index < 1 || index > values.length) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Parameter " + index + " does not exist: the statement has " + values.length + ".");
    }
    values[index - 1] = value instanceof float[] vector ? VectorCodec.encode(vector) : value;
    bound[index - 1] = true;
  }

  @Override
  public void clearBindings() {
    Arrays.fill(values, null);
    Arrays.fill(bound, false);
  }

  @Override
  public void setTimeoutMillis(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  @Override
  public Outcome execute() {
    return owner.locked(
        () ->
            plan instanceof Plan.Command command && command.changesPin()
                ? executeAlone()
                : session.pin().during(this::executeAlone));
  }

  private Outcome executeAlone() {
    requireReady();
    endCursor();
    StatementText statement = plan.statement();
    stopped = null;
    warnings = List.of();
    if (callsFunctions) {
      owner.catalog(); // another session may have changed the functions
    }
    running = true;
    rowsGiven = 0;
    begun = owner.engine().nanoTime();
    startTimeout();
    FunctionRun run = owner.userFunctions().begin(this::isStopped);
    calls = run;
    try (UserFunctions.Scope _ = owner.userFunctions().enter(run)) {
      if (statement.kind().needsTransaction() && !plan.hasOwnTransactions()) {
        session.beforeStatement(statement.kind().writes());
      }
      if (plan instanceof Plan.Compiled
          && (session.schemaVersion() != planVersion || session.schemaEpoch() != planEpoch)) {
        recompile();
      }
      Outcome outcome =
          switch (plan) {
            case Plan.Native _ -> runNative(statement);
            case Plan.Compiled compiled -> runCompiled(compiled);
            case Plan.Definition definition -> done(new Definitions(session).run(definition));
            case Plan.Index(var _, var command) -> {
              new IndexCommands(session, this::isStopped).run(command);
              yield done(List.of());
            }
            case Plan.Command(var _, var command) -> done(command(command));
            case Plan.Explain _, Plan.Measure _ -> inner();
          };
      AfterStatement.follow(owner, statement);
      return outcome;
    } catch (RuntimeException failure) {
      endRun();
      session.afterFailure();
      throw explained(failure);
    }
  }

  private Outcome runNative(StatementText statement) {
    if (statement.kind() == StatementText.Kind.COMMIT) {
      session.beforeCommit();
    }
    for (int i = 0; i < values.length; i++) {
      sqlite.bind(i + 1, values[i]);
    }
    return columns.isEmpty() ? change() : rows(statement);
  }

  private Outcome runCompiled(Plan.Compiled compiled) {
    StepRunner.Tools tools = tools();
    StepRunner steps = new StepRunner(tools, compiled, values, this::isStopped);
    runner = steps;
    if (meter != null) {
      steps.trace(meter);
      actual = steps.actual();
    }
    steps.systemRows();
    steps.embed();
    boolean searches = compiled.searches();
    boolean alone = searches && compiled.statement().kind().writes() && !session.inTransaction();
    if (alone) {
      session.begin(true);
    }
    try {
      Outcome outcome;
      if (searches) {
        try (Session.Snapshot snapshot = session.snapshot()) {
          steps.search(snapshot.lastSeq());
          outcome = runLast(compiled, steps);
        }
      } else {
        outcome = runLast(compiled, steps);
      }
      if (alone) {
        session.end(true);
      }
      return outcome;
    } catch (RuntimeException failure) {
      if (alone && session.inTransaction()) {
        session.end(false);
      }
      throw failure;
    }
  }

  private StepRunner.Tools tools() {
    return new StepRunner.Tools(owner.functions(), statements, owner.rowIds(), calls);
  }

  private Outcome runLast(Plan.Compiled compiled, StepRunner steps) {
    List<String> said = new ArrayList<>(compiled.warnings());
    said.addAll(steps.warnings());
    warnings = said;
    if (!compiled.found().isEmpty()) {
      rowsGiven = steps.foundRows().size();
      endRun();
      return buffered(steps.foundRows());
    }
    steps.bind(sqlite, compiled.sql().parameters());
    return columns.isEmpty() ? change() : rows(compiled.statement());
  }

  private Outcome inner() {
    sqlite.bind(1, Objects.requireNonNull(inner).run(values, tools()));
    return rows(plan.statement());
  }

  /** Counts what its executions cost; those within other statements are not counted. */
  void count(StatementCounter executions) {
    counter = executions;
  }

  /** The execution has given a row. */
  void gaveRow() {
    rowsGiven++;
  }

  /** Has searches tell what they do and all steps metered, from the next execution on. */
  void trace(StepMeter steps) {
    meter = steps;
  }

  /** What the steps of the last execution did. */
  List<StepRunner.Actual> actual() {
    return actual;
  }

  Plan plan() {
    return plan;
  }

  /** Executes, reads all rows and drops them; gives how many there were, or were changed. */
  long runToEnd() {
    return readRows(null, Long.MAX_VALUE);
  }

  /** Executes, and keeps rows up to a limit if they are wanted; gives how many there were. */
  long readRows(@Nullable List<@Nullable Object[]> kept, long limit) {
    Outcome outcome = executeAlone();
    if (outcome instanceof Outcome.Count(long changed)) {
      return changed;
    }
    RowCursor rows = ((Outcome.Rows) outcome).cursor();
    long read = 0;
    while (read < limit && rows.next()) {
      read++;
      if (kept != null) {
        @Nullable Object[] row = new @Nullable Object[columns.size()];
        Arrays.setAll(row, rows::getValue);
        kept.add(row);
      }
    }
    endCursor();
    return read;
  }

  private List<String> command(EngineCommand command) {
    owner.functions(); // a function in SQL may call them
    return new EngineCommands(session).run(command);
  }

  private Outcome done(List<String> said) {
    warnings = said;
    endRun();
    return new Outcome.Count(0);
  }

  private void recompile() {
    plan = owner.plan(plan.statement().sql());
    planVersion = owner.catalog().version();
    planEpoch = session.schemaEpoch();
    sqlite.close();
    statements.close();
    sqlite = prepared(plan);
    columns = ResultColumns.of(plan, sqlite);
    if (!(plan instanceof Plan.Compiled) && !(plan instanceof Plan.Native)) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "The schema has changed since the statement was prepared; prepare it again.");
    }
  }

  private void requireReady() {
    if (closed) {
      throw new SextantException(ErrorCode.CONNECTION_CLOSED, "The statement is closed.");
    }
    for (int i = 0; i < bound.length; i++) {
      if (!bound[i]) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "Parameter " + (i + 1) + " of " + bound.length + " is not set.");
      }
    }
  }

  private Outcome change() {
    try {
      sqlite.step();
      boolean counts = plan.statement().kind() == StatementText.Kind.CHANGE;
      long changes = counts ? session.connection().changes() : 0;
      session.afterChange(changes);
      rowsGiven = changes;
      return new Outcome.Count(changes);
    } finally {
      sqlite.reset();
      endRun();
    }
  }

  private Outcome rows(StatementText statement) {
    if (statement.kind().writes()) {
      List<@Nullable Object[]> rows = BufferedCursor.read(sqlite, columns.size());
      sqlite.reset();
      rowsGiven = rows.size();
      endRun();
      return buffered(rows);
    }
    RowCursor rows = new SqliteCursor(this, sqlite, sqlite.step());
    cursor = rows;
    return new Outcome.Rows(rows);
  }

  private Outcome buffered(List<@Nullable Object[]> rows) {
    RowCursor buffer = new BufferedCursor(rows, new RealTexts(owner, statements));
    cursor = buffer;
    return new Outcome.Rows(buffer);
  }

  private void startTimeout() {
    if (timeoutMillis > 0) {
      timeout = owner.engine().after(timeoutMillis, () -> stop(ErrorCode.TIMEOUT));
    }
  }

  /** The execution has ended, by its last row, a failure or a close. */
  void endRun() {
    if (running && counter != null) {
      counter.ended(owner.engine().nanoTime() - begun, rowsGiven);
    }
    running = false;
    StepRunner steps = runner;
    if (steps != null) {
      steps.close();
      runner = null;
    }
    FunctionRun run = calls;
    if (run != null) {
      calls = null;
      owner.userFunctions().end(run);
    }
    Future<?> pending = timeout;
    if (pending != null) {
      pending.cancel(false);
      timeout = null;
    }
  }

  @Override
  public void cancel() {
    stop(ErrorCode.CANCELLED);
  }

  private void stop(ErrorCode why) {
    if (running) {
      stopped = why;
      if (inner != null) {
        inner.stop();
      }
      session.connection().interrupt();
      FunctionRun run = calls;
      if (run != null) {
        run.interrupt();
      }
    }
  }

  /** The functions that the execution under way calls. */
  UserFunctions.Scope calling() {
    return owner.userFunctions().enter(calls);
  }

  /** Whether a cancel or a time-out has come since the execution began. */
  boolean isStopped() {
    return stopped != null;
  }

  /** A failure as the user should see it. */
  RuntimeException explained(RuntimeException failure) {
    if (counter != null) {
      counter.failed();
    }
    RuntimeException known =
        failure instanceof StorageException below ? SextantException.of(below) : failure;
    boolean cancelled =
        known instanceof SextantException ours && ours.code() == ErrorCode.CANCELLED;
    return cancelled && stopped == ErrorCode.TIMEOUT
        ? new SextantException(
            ErrorCode.TIMEOUT,
            "The statement ran longer than its time-out of " + timeoutMillis + " ms.",
            failure)
        : known;
  }

  SqlSession owner() {
    return owner;
  }

  /** Ends the cursor of the last execution. */
  void endCursor() {
    RowCursor open = cursor;
    cursor = null;
    if (open != null) {
      open.close();
    }
    sqlite.reset();
    endRun();
  }

  @Override
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    stop(ErrorCode.CANCELLED);
    owner.exclusively(
        () -> {
          endCursor();
          sqlite.close();
          statements.close();
          if (inner != null) {
            inner.close();
          }
          owner.forget(this);
        });
  }
}
