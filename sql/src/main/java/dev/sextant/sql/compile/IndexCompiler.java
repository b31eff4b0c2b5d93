package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.IndexCommand;
import dev.sextant.sql.plan.Plan;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.hnsw.HnswParameters;
import dev.sextant.storage.vector.hnsw.Quantization;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Compiles CREATE INDEX … USING hnsw, as pgvector spells it, and DROP INDEX, REINDEX and SET
 * hnsw.ef_search. What concerns SQLite's own indexes is left to SQLite.
 */
final class IndexCompiler extends TokenReader {
  private static final int MANY_DIMENSIONS = 128;

  private final Catalog catalog;
  private final StatementText statement;

  private IndexCompiler(Catalog catalog, StatementText statement) {
    super(statement);
    this.catalog = catalog;
    this.statement = statement;
  }

  /** The plan; empty where the statement is not about a vector index. */
  static Optional<Plan> compile(Catalog catalog, StatementText statement) {
    return new IndexCompiler(catalog, statement).command();
  }

  private Optional<Plan> command() {
    Token first = tokens.getFirst();
    Optional<IndexCommand> command =
        switch (first.kind() == Token.Kind.WORD ? first.lower() : "") {
          case "create" -> create();
          case "drop" -> drop();
          case "reindex" -> reindex();
          case "set" -> set();
          default -> Optional.empty();
        };
    return command.map(c -> new Plan.Index(statement, c));
  }

  private String name(String what) {
    if (at < tokens.size() && tokens.get(at).isName()) {
      return tokens.get(at++).text();
    }
    throw syntax("expected " + what);
  }

  private SextantException syntax(String expected) {
    return new SextantException(
        ErrorCode.SYNTAX,
        "Syntax error near "
            + near()
            + ": "
            + expected
            + ". The form is CREATE INDEX name ON table USING hnsw (column vector_cosine_ops) WITH"
            + " (m = 16, ef_construction = 128, quantization = 'int8').");
  }

  private Optional<IndexCommand> create() {
    boolean hnsw = tokens.stream().anyMatch(t -> t.isWord("using"));
    boolean vector = tokens.size() > 1 && tokens.get(1).isWord("vector");
    boolean index = tokens.stream().limit(3).anyMatch(t -> t.isWord("index"));
    if (!index || (!hnsw && !vector)) {
      return Optional.empty();
    }
    at = vector ? 2 : 1;
    if (!take("index")) {
      throw syntax("expected INDEX");
    }
    boolean ifNotExists = take("if") && take("not") && take("exists");
    String name = name("a name for the index");
    if (!take("on")) {
      throw syntax("expected ON");
    }
    if (at + 1 < tokens.size()
        && tokens.get(at).isWord("main")
        && tokens.get(at + 1).isSymbol(".")) {
      at += 2;
    }
    TableInfo table = table(name("a table"));
    method();
    if (!symbol("(")) {
      throw syntax("expected the column in parentheses");
    }
    TableInfo.Column column = column(table, name("a column"));
    Metric metric = at < tokens.size() && tokens.get(at).isName() ? metric(name("")) : Metric.L2;
    if (!symbol(")")) {
      throw syntax("expected one column and its operator class");
    }
    method();
    HnswParameters parameters = options(defaults(metric, column.dimensions()));
    if (at < tokens.size()) {
      throw syntax("expected the end");
    }
    return Optional.of(
        new IndexCommand.Create(
            new IndexDefinition(name, table.logNumber(), column.name(), parameters, List.of()),
            searched(table, column),
            ifNotExists));
  }

  /** One bit a dimension searches fastest, and needs many dimensions to tell rows apart. */
  private static HnswParameters defaults(Metric metric, int dimensions) {
    return HnswParameters.of(metric)
        .with(dimensions >= MANY_DIMENSIONS ? Quantization.RABITQ : Quantization.INT8);
  }

  private void method() {
    if (take("using")) {
      String method = name("a method");
      if (!method.equalsIgnoreCase("hnsw")) {
        throw new SextantException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "Index method \"" + method + "\" is not supported: use hnsw.");
      }
    }
  }

  private TableInfo table(String name) {
    TableInfo table =
        catalog
            .table(name)
            .orElseThrow(
                () -> new SextantException(ErrorCode.UNKNOWN_TABLE, "No table \"" + name + "\"."));
    Optional<String> obstacle = table.whyNotResident();
    if (obstacle.isPresent()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "A vector index needs a table with an INTEGER PRIMARY KEY that Sextant created: "
              + obstacle.get()
              + ".");
    }
    return table;
  }

  private static TableInfo.Column column(TableInfo table, String name) {
    TableInfo.Column column =
        table
            .column(name)
            .orElseThrow(
                () ->
                    new SextantException(
                        ErrorCode.UNKNOWN_COLUMN,
                        "Table \"" + table.name() + "\" has no column \"" + name + "\"."));
    if (!column.isVector()) {
      throw new SextantException(
          ErrorCode.TYPE_MISMATCH,
          "Column \""
              + table.name()
              + "."
              + name
              + "\" is no vector: expected VECTOR(n), got "
              + (column.declaredType().isEmpty() ? "no type" : column.declaredType())
              + ".");
    }
    return column;
  }

  /** The metric of an operator class, or by its short name. */
  static Metric metric(String operatorClass) {
    return switch (operatorClass.toLowerCase(Locale.ROOT)) {
      case "vector_l2_ops", "l2" -> Metric.L2;
      case "vector_cosine_ops", "cosine" -> Metric.COSINE;
      case "vector_ip_ops", "ip" -> Metric.INNER_PRODUCT;
      case "vector_l1_ops", "l1" -> Metric.L1;
      default ->
          throw new SextantException(
              ErrorCode.INVALID_PARAMETER,
              "Operator class \""
                  + operatorClass
                  + "\" is unknown: expected vector_l2_ops, vector_cosine_ops or vector_ip_ops.");
    };
  }

  private HnswParameters options(HnswParameters defaults) {
    HnswParameters parameters = defaults;
    if (!take("with")) {
      return parameters;
    }
    if (!symbol("(")) {
      throw syntax("expected options in parentheses");
    }
    do {
      String option = name("an option").toLowerCase(Locale.ROOT);
      if (!symbol("=") || at >= tokens.size()) {
        throw syntax("expected = and a value");
      }
      String value = tokens.get(at++).text();
      parameters = with(parameters, option, value);
    } while (symbol(","));
    if (!symbol(")")) {
      throw syntax("expected )");
    }
    return parameters;
  }

  private static HnswParameters with(HnswParameters old, String option, String value) {
    return switch (option) {
      case "m" ->
          new HnswParameters(
              old.metric(), number(option, value), old.efConstruction(), old.quantization());
      case "ef_construction" ->
          new HnswParameters(old.metric(), old.m(), number(option, value), old.quantization());
      case "quantization" -> old.with(Quantization.parse(value));
      case "metric" ->
          new HnswParameters(metric(value), old.m(), old.efConstruction(), old.quantization());
      default ->
          throw new SextantException(
              ErrorCode.INVALID_PARAMETER,
              "Index option \""
                  + option
                  + "\" is unknown: expected m, ef_construction, quantization or metric.");
    };
  }

  private static int number(String option, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException notWhole) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Index option " + option + " expects a whole number but got \"" + text + "\".",
          notWhole);
    }
  }

  private static VectorColumn searched(TableInfo table, TableInfo.Column column) {
    return table.searchable(column).orElseThrow();
  }

  private Optional<IndexCommand> drop() {
    at = 1;
    boolean vector = take("vector");
    if (!take("index")) {
      return Optional.empty();
    }
    boolean ifExists = take("if") && take("exists");
    Optional<IndexDefinition> index = catalog.vectorIndex(name("an index"));
    if (index.isEmpty() && vector && !ifExists) {
      throw new SextantException(ErrorCode.UNKNOWN_TABLE, "No such vector index.");
    }
    return index.map(IndexCommand.Drop::new);
  }

  private Optional<IndexCommand> reindex() {
    at = 1;
    take("index");
    if (at >= tokens.size() || !tokens.get(at).isName()) {
      return Optional.empty();
    }
    Optional<IndexDefinition> index = catalog.vectorIndex(tokens.get(at).text());
    return index.map(found -> new IndexCommand.Rebuild(found, columnOf(catalog, found)));
  }

  /** The column that an index is over, as it is called now. */
  static VectorColumn columnOf(Catalog catalog, IndexDefinition index) {
    for (TableInfo table : catalog.vectorTables()) {
      Optional<TableInfo.Column> column = table.column(index.column());
      if (table.logNumber() == index.logNumber() && column.isPresent()) {
        return searched(table, column.get());
      }
    }
    throw new SextantException(
        ErrorCode.UNKNOWN_COLUMN,
        "The table or column of index \"" + index.name() + "\" is gone. Drop the index.");
  }

  private Optional<IndexCommand> set() {
    at = 1;
    take("local");
    if (!take("hnsw") || !symbol(".") || !take("ef_search")) {
      return Optional.empty();
    }
    if (!symbol("=") && !take("to")) {
      throw syntax("expected = and a number");
    }
    return Optional.of(
        new IndexCommand.SetEfSearch(
            number("ef_search", at < tokens.size() ? tokens.get(at).text() : "")));
  }
}
