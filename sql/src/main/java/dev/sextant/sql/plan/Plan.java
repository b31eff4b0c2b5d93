package dev.sextant.sql.plan;

import dev.sextant.sql.ResultColumn;
import dev.sextant.sql.lex.StatementText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a statement will run. Immutable, shared between sessions. */
public sealed interface Plan {

  /** The statement. */
  StatementText statement();

  /** Whether it runs in transactions of its own. */
  default boolean hasOwnTransactions() {
    return this instanceof Index
        || (this instanceof Command command
            && command.command() instanceof EngineCommand.Numa(NumaCommand numa)
            && numa instanceof NumaCommand.PlaceIndex);
  }

  /** The statement goes to SQLite as written. */
  record Native(StatementText statement) implements Plan {}

  /**
   * Steps that give parameters their values, then one statement of SQLite's.
   *
   * @param sql the statement for SQLite
   * @param userParameters how many values the user binds
   * @param sources where each parameter's value comes from, the user's own first
   * @param steps in the order they run
   * @param columns the columns the user sees, the first ones of the statement's; null where they
   *     are the statement's own
   * @param warnings for the user, at each execution
   * @param found the columns that the user sees where the search alone gives them, so that SQLite
   *     is not asked for the rows; empty where it is
   */
  record Compiled(
      StatementText statement,
      SubSql sql,
      int userParameters,
      List<ParameterSource> sources,
      List<Step> steps,
      @Nullable List<ResultColumn> columns,
      List<String> warnings,
      List<Found> found)
      implements Plan {

    /** Whether a step reads the database, so that it must see the statement's own snapshot. */
    public boolean searches() {
      return steps.stream()
          .anyMatch(
              step ->
                  step instanceof Step.Knn
                      || step instanceof Step.KnnJoin
                      || step instanceof Step.Hybrid
                      || step instanceof Step.Range
                      || step instanceof Step.Value
                      || step instanceof Step.MeasureRecall
                      || step instanceof Step.QueryVector);
    }
  }

  /** What a search knows of a row without reading it. */
  enum Found {
    KEY,
    DISTANCE
  }

  /**
   * A table with vector columns: SQLite's definition, then the change log's triggers.
   *
   * @param sql the definition for SQLite
   * @param table the table's name
   * @param temporary whether the table is not in the main database, and so not logged
   */
  record Definition(StatementText statement, String sql, String table, boolean temporary)
      implements Plan {}

  /** Something done to vector indexes. */
  record Index(StatementText statement, IndexCommand command) implements Plan {}

  /** Something changed of the engine itself. */
  record Command(StatementText statement, EngineCommand command) implements Plan {

    /** Whether it says where the session's statements run, so that itself runs anywhere. */
    public boolean changesPin() {
      return command instanceof EngineCommand.Numa(NumaCommand numa)
          && (numa instanceof NumaCommand.PinSession || numa instanceof NumaCommand.UnpinSession);
    }
  }

  /** MEASURE, or COMPARE MEASUREMENT. */
  record Measure(StatementText statement, MeasureCommand command) implements Plan {}

  /**
   * EXPLAIN.
   *
   * @param analyze whether the explained statement is run
   */
  record Explain(StatementText statement, Plan explained, boolean analyze) implements Plan {}
}
