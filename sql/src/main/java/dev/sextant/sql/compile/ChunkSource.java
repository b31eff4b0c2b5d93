package dev.sextant.sql.compile;

import dev.sextant.engine.embed.chunk.ChunkStrategy;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;

/** {@code CHUNK(text, strategy, size, overlap, model)} in FROM. */
final class ChunkSource implements RowSource {
  /** The function's name. */
  static final String NAME = "chunk";

  private static final long DEFAULT_SIZE = 200;

  private final TableArguments arguments;
  private final CompileContext context;
  private final Function<SqlNode, SubSql> values;
  private final Step.Cut cut;

  /**
   * A call.
   *
   * @param values gives the statement that computes a value
   */
  ChunkSource(TableArguments arguments, CompileContext context, Function<SqlNode, SubSql> values) {
    this.arguments = arguments;
    this.context = context;
    this.values = values;
    this.cut =
        new Step.Cut(
            ChunkStrategy.of(arguments.optionalText("strategy").orElse("sentences")),
            arguments.number("size", DEFAULT_SIZE),
            arguments.number("overlap", 0),
            arguments.optionalText("model").orElse(null));
  }

  @Override
  public String argument() {
    return "text";
  }

  @Override
  public HitTable once(SqlNode value) {
    int numbers = context.space().produced();
    int rows = context.space().produced();
    int chunks = context.space().produced();
    context.add(new Step.ChunkTexts(values.apply(value), cut, numbers, rows, chunks));
    List<HitTable.Column> columns = columns();
    return new HitTable(
        arguments.function(),
        columns,
        "FROM json_each(?)",
        parameters(columns.size(), chunks, rows));
  }

  /** As {@link TableFunctions} joins the hits of searches. */
  @Override
  public HitTable forEachRow(int numbers) {
    int rows = context.space().produced();
    int chunks = context.space().produced();
    List<HitTable.Column> columns = new ArrayList<>(columns());
    List<Integer> parameters = parameters(columns.size(), chunks, rows);
    columns.add(new HitTable.Column(HitTable.HIDDEN, "INTEGER", "value"));
    context.add(numbers, texts -> new Step.ChunkTexts(texts, cut, numbers, rows, chunks));
    return new HitTable(
        arguments.function(),
        columns,
        "FROM json_each(?) UNION ALL SELECT 0, 0, 0, 0, 0, 0 FROM json_each('[]') AS a,"
            + " json_each('[]') AS b, json_each('[]') AS c LIMIT -1",
        parameters);
  }

  private static List<Integer> parameters(int columns, int chunks, int rows) {
    List<Integer> parameters = new ArrayList<>(Collections.nCopies(columns, chunks));
    parameters.add(rows);
    return parameters;
  }

  /** In the order of the fields that {@link VectorCalls#CHUNK} gives. */
  private static List<HitTable.Column> columns() {
    List<HitTable.Column> columns = new ArrayList<>();
    for (String name : List.of("ordinal", "text", "start", "end", "tokens")) {
      columns.add(
          new HitTable.Column(
              name,
              name.equals("text") ? "TEXT" : "INTEGER",
              VectorCalls.CHUNK + "(?, key, " + columns.size() + ")"));
    }
    return columns;
  }

  @Override
  public SqlOperator number() {
    return VectorCalls.TEXT_CALL;
  }
}
