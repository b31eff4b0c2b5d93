package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.sql.lex.Parameters;
import dev.sextant.sql.lex.SextantNames;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.ParameterSource;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.vector.VectorCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles INSERT, UPDATE and DELETE. The statement stays in SQLite's dialect as the user wrote it;
 * values for vector columns are turned into BLOBs of the right length, and expressions that name
 * something of Sextant's are rewritten.
 */
final class ChangeCompiler {
  private static final Set<String> CLAUSES =
      Set.of("set", "from", "where", "returning", "order", "limit");

  private final Catalog catalog;
  private final ModelDimensions models;
  private final StatementText statement;
  private final List<Token> tokens;
  private final Parameters parameters;
  private final CompileContext context;
  private final SqlPieces pieces;
  private final TableInfo table;
  private final int start;

  private ChangeCompiler(
      Catalog catalog, ModelDimensions models, StatementText statement, Target target) {
    this.catalog = catalog;
    this.models = models;
    this.statement = statement;
    this.tokens = statement.tokens();
    this.parameters = new Parameters(tokens);
    this.context =
        new CompileContext(new ParameterSpace(parameters.count(), models, catalog.userFunctions()));
    this.pieces = new SqlPieces(statement, parameters, context);
    this.table = target.table();
    this.start = target.behind();
  }

  /**
   * The table a statement changes.
   *
   * @param behind index of the token behind its name
   */
  private record Target(TableInfo table, int behind) {}

  /** The plan; empty where nothing of Sextant's is concerned. */
  static Optional<Plan> compile(Catalog catalog, ModelDimensions models, StatementText statement) {
    Optional<Target> target = target(catalog, statement.tokens());
    boolean named = SextantNames.in(statement.tokens());
    if (target.isEmpty()) {
      return named ? Optional.of(unknownTarget()) : Optional.empty();
    }
    if (!named && !fillsVectors(statement.tokens(), target.get())) {
      return Optional.empty();
    }
    return Optional.of(new ChangeCompiler(catalog, models, statement, target.get()).plan());
  }

  private static Plan unknownTarget() {
    throw new SextantException(
        ErrorCode.UNKNOWN_TABLE,
        "The statement changes a table that is not in the main database. Sextant's functions are"
            + " supported for tables of the main database.");
  }

  private static Optional<Target> target(Catalog catalog, List<Token> tokens) {
    int at = change(tokens);
    String verb = tokens.get(at).lower();
    at++;
    if (at + 1 < tokens.size() && tokens.get(at).isWord("or")) {
      at += 2;
    }
    if (at < tokens.size() && tokens.get(at).isWord(verb.equals("delete") ? "from" : "into")) {
      at++;
    }
    if (at + 2 < tokens.size() && tokens.get(at + 1).isSymbol(".")) {
      if (!tokens.get(at).text().equalsIgnoreCase("main")) {
        return Optional.empty();
      }
      at += 2;
    }
    if (at >= tokens.size() || !tokens.get(at).isName()) {
      return Optional.empty();
    }
    int behind = at + 1;
    return catalog.table(tokens.get(at).text()).map(table -> new Target(table, behind));
  }

  /** Index of INSERT, REPLACE, UPDATE or DELETE. */
  private static int change(List<Token> tokens) {
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      depth += depthChange(token);
      if (depth == 0
          && token.kind() == Token.Kind.WORD
          && Set.of("insert", "replace", "update", "delete").contains(token.lower())) {
        return i;
      }
    }
    return 0;
  }

  private static int depthChange(Token token) {
    return token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
  }

  private static boolean fillsVectors(List<Token> tokens, Target target) {
    if (!target.table().hasVectors() || tokens.get(change(tokens)).isWord("delete")) {
      return false;
    }
    boolean listed = target.behind() < tokens.size() && tokens.get(target.behind()).isSymbol("(");
    boolean update = tokens.get(change(tokens)).isWord("update");
    return (!listed && !update)
        || tokens.stream()
            .filter(Token::isName)
            .map(token -> target.table().column(token.text()))
            .anyMatch(column -> column.filter(TableInfo.Column::isVector).isPresent());
  }

  private Plan plan() {
    pieces.plain(0, change(tokens), "WITH before a change");
    String verb = tokens.get(change(tokens)).lower();
    switch (verb) {
      case "insert", "replace" -> insert();
      default -> clauses(change(tokens));
    }
    RoutedCalls.prepare(pieces.routedCalls(), changedRows(change(tokens)), catalog, context);
    return new Plan.Compiled(
        statement,
        pieces.build(),
        parameters.count(),
        context.space().sources(),
        context.steps(),
        null,
        context.notes(),
        List.of());
  }

  // INSERT

  private void insert() {
    int at = start;
    if (at + 1 < tokens.size() && tokens.get(at).isWord("as")) {
      at += 2;
    }
    List<TableInfo.Column> columns = table.columns().stream().filter(c -> !c.generated()).toList();
    if (at < tokens.size() && tokens.get(at).isSymbol("(")) {
      int end = closing(at);
      columns = listed(at + 1, end);
      at = end + 1;
    }
    pieces.verbatim(change(tokens), at);
    int tail = tail(at);
    if (at < tokens.size() && tokens.get(at).isWord("values")) {
      values(at, tail, columns);
    } else if (at < tokens.size() && tokens.get(at).isWord("default")) {
      pieces.verbatim(at, tail);
    } else {
      select(at, tail, columns);
    }
    upsert(tail);
  }

  private List<TableInfo.Column> listed(int from, int to) {
    List<TableInfo.Column> columns = new ArrayList<>();
    for (Token token : tokens.subList(from, to)) {
      if (token.isName()) {
        columns.add(
            table.column(token.text()).orElse(new TableInfo.Column(token.text(), "", 0, false)));
      }
    }
    return columns;
  }

  /** Index of the parenthesis that closes the one at an index. */
  private int closing(int open) {
    int depth = 0;
    for (int i = open; i < tokens.size(); i++) {
      depth += depthChange(tokens.get(i));
      if (depth == 0) {
        return i;
      }
    }
    throw new SextantException(ErrorCode.SYNTAX, "A parenthesis is not closed.");
  }

  /** Index of ON CONFLICT or RETURNING, else of the end. */
  private int tail(int from) {
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      depth += depthChange(token);
      boolean conflict =
          token.isWord("on") && i + 1 < tokens.size() && tokens.get(i + 1).isWord("conflict");
      if (depth == 0 && (conflict || token.isWord("returning"))) {
        return i;
      }
    }
    return tokens.size();
  }

  private void values(int from, int to, List<TableInfo.Column> columns) {
    pieces.verbatim(from, from + 1);
    int at = from + 1;
    while (at < to) {
      if (!tokens.get(at).isSymbol("(")) {
        pieces.verbatim(at, at + 1);
        at++;
        continue;
      }
      int end = closing(at);
      pieces.text("(");
      List<int[]> cells = split(at + 1, end);
      for (int i = 0; i < cells.size(); i++) {
        pieces.text(i == 0 ? "" : ", ");
        int[] cell = cells.get(i);
        value(cell, i < columns.size() ? columns.get(i) : new TableInfo.Column("", "", 0, false));
      }
      pieces.text(") ");
      at = end + 1;
    }
  }

  /** Ranges between commas. */
  private List<int[]> split(int from, int to) {
    List<int[]> ranges = new ArrayList<>();
    int depth = 0;
    int begin = from;
    for (int i = from; i < to; i++) {
      depth += depthChange(tokens.get(i));
      if (depth == 0 && tokens.get(i).isSymbol(",")) {
        ranges.add(new int[] {begin, i});
        begin = i + 1;
      }
    }
    ranges.add(new int[] {begin, to});
    return ranges;
  }

  /** A value for a vector column. */
  private void vector(int from, int to, TableInfo.Column column) {
    Token only = tokens.get(from);
    boolean single = to == from + 1;
    String label = table.name() + "." + column.name();
    if (single && only.isWord("null")) {
      pieces.text("NULL");
    } else if (single && only.kind() == Token.Kind.PARAMETER) {
      pieces.parameter(
          context
              .space()
              .add(
                  new ParameterSource.UserVector(
                      parameters.indexOf(only), column.dimensions(), label)));
    } else if (single && only.kind() == Token.Kind.STRING) {
      float[] vector = VectorCodec.parse(only.text());
      VectorCodec.requireDimensions(vector, column.dimensions(), "Vector column \"" + label + "\"");
      VectorCodec.requireFinite(vector);
      pieces.parameter(
          context.space().add(new ParameterSource.Constant(VectorCodec.encode(vector))));
    } else {
      pieces.text("sextant_vector(").expression(from, to).text(check(column));
      ColumnFit.require(pieces.embeddedDimensions(), table, column);
    }
  }

  private String check(TableInfo.Column column) {
    String label = (table.name() + "." + column.name()).replace("'", "''");
    return ", " + column.dimensions() + ", 'Vector column \"" + label + "\"')";
  }

  private void select(int from, int to, List<TableInfo.Column> columns) {
    List<Token> source = tokens.subList(from, to);
    int count = columns.size();
    SubSql query;
    if (SextantNames.in(source)) {
      QueryCompiler.Compiled compiled =
          new QueryCompiler(catalog, models).compile(source, parameters, context);
      query = compiled.sql();
      count = compiled.width() < 0 ? count : compiled.width();
      ColumnFit.require(compiled.columns(), table, columns);
    } else {
      query = pieces.another().verbatim(from, to).build();
    }
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < count; i++) {
      names.append(i == 0 ? "" : ", ").append("c").append(i);
    }
    pieces.text("WITH sextant_source(" + names + ") AS (").add(query).text(") SELECT ");
    for (int i = 0; i < columns.size(); i++) {
      TableInfo.Column column = columns.get(i);
      pieces.text(i == 0 ? "" : ", ");
      pieces.text(column.isVector() ? "sextant_vector(c" + i + check(column) : "c" + i);
    }
    pieces.text(" FROM sextant_source WHERE true ");
  }

  private void upsert(int from) {
    int at = from;
    while (at < tokens.size()) {
      int set = find(at, "set");
      if (set < 0) {
        clauses(at);
        return;
      }
      pieces.verbatim(at, set + 1);
      int end = endOfClause(set + 1);
      assignments(set + 1, end);
      int next = tail(end);
      clauses(end, next);
      at = next;
    }
  }

  /** Index of a keyword outside parentheses; -1 where there is none. */
  private int find(int from, String keyword) {
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      depth += depthChange(tokens.get(i));
      if (depth == 0 && tokens.get(i).isWord(keyword)) {
        return i;
      }
    }
    return -1;
  }

  // UPDATE, DELETE and what follows SET

  private int endOfClause(int from) {
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      depth += depthChange(token);
      boolean clause = token.kind() == Token.Kind.WORD && CLAUSES.contains(token.lower());
      boolean conflict =
          token.isWord("on") && i + 1 < tokens.size() && tokens.get(i + 1).isWord("conflict");
      if (depth == 0 && (clause || conflict)) {
        return i;
      }
    }
    return tokens.size();
  }

  private void assignments(int from, int to) {
    List<int[]> ranges = split(from, to);
    for (int i = 0; i < ranges.size(); i++) {
      pieces.text(i == 0 ? "" : ", ");
      int[] range = ranges.get(i);
      Optional<TableInfo.Column> column =
          range[1] - range[0] > 2 && tokens.get(range[0] + 1).isSymbol("=")
              ? table.column(tokens.get(range[0]).text())
              : Optional.empty();
      if (column.isEmpty()) {
        severalColumns(range[0], range[1]);
        continue;
      }
      pieces.verbatim(range[0], range[0] + 2);
      value(new int[] {range[0] + 2, range[1]}, column.get());
    }
  }

  private void value(int[] range, TableInfo.Column column) {
    if (column.isVector()) {
      vector(range[0], range[1], column);
    } else {
      pieces.expression(range[0], range[1]);
    }
  }

  /** {@code (a, b) = (x, y)}, or with a query on the right. */
  private void severalColumns(int from, int to) {
    int end = tokens.get(from).isSymbol("(") ? closing(from) : from;
    boolean pairs =
        end > from && end + 2 < to && tokens.get(end + 2).isSymbol("(") && !isQuery(end + 3);
    if (!pairs) {
      boolean fills =
          tokens.subList(from, Math.max(from, end)).stream()
              .filter(Token::isName)
              .anyMatch(t -> table.column(t.text()).filter(TableInfo.Column::isVector).isPresent());
      if (fills) {
        throw new SextantException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "A vector column cannot be assigned together with others from a query. Assign it by"
                + " itself: SET column = (SELECT ...).");
      }
      pieces.plain(from, to, "an assignment of several columns");
      return;
    }
    List<TableInfo.Column> columns = listed(from + 1, end);
    List<int[]> values = split(end + 3, closing(end + 2));
    pieces.verbatim(from, end + 3);
    for (int i = 0; i < values.size(); i++) {
      pieces.text(i == 0 ? "" : ", ");
      value(
          values.get(i),
          i < columns.size() ? columns.get(i) : new TableInfo.Column("", "", 0, false));
    }
    pieces.text(") ");
  }

  private boolean isQuery(int at) {
    return at < tokens.size()
        && (tokens.get(at).isWord("select")
            || tokens.get(at).isWord("values")
            || tokens.get(at).isWord("with"));
  }

  private void clauses(int from) {
    clauses(from, tokens.size());
    prepareEmbeddings(from);
  }

  private void clauses(int from, int to) {
    int at = from;
    while (at < to) {
      Token token = tokens.get(at);
      int end = Math.min(to, endOfClause(at + 1));
      switch (token.kind() == Token.Kind.WORD ? token.lower() : "") {
        case "set" -> {
          pieces.verbatim(at, at + 1);
          assignments(at + 1, end);
          pieces.text(" ");
        }
        case "where" -> pieces.verbatim(at, at + 1).expression(at + 1, end);
        case "returning" -> returning(at, end);
        default -> pieces.plain(at, end, "this clause");
      }
      at = end;
    }
  }

  private void returning(int at, int end) {
    pieces.verbatim(at, at + 1);
    List<int[]> items = split(at + 1, end);
    for (int i = 0; i < items.size(); i++) {
      pieces.text(i == 0 ? "" : ", ");
      int[] item = items.get(i);
      boolean named = item[1] - item[0] > 2 && tokens.get(item[1] - 2).isWord("as");
      pieces.expression(item[0], named ? item[1] - 2 : item[1]);
      if (named) {
        pieces.verbatim(item[1] - 2, item[1]);
      }
    }
  }

  /** FROM and WHERE of the rows that an UPDATE changes; empty where they cannot be read alone. */
  private SubSql changedRows(int from) {
    SqlPieces rows = pieces.another();
    boolean update = tokens.get(change(tokens)).isWord("update");
    int where = find(from, "where");
    boolean plainWhere =
        where < 0 || !SextantNames.in(tokens.subList(where, endOfClause(where + 1)));
    if (update && plainWhere && find(from, "from") < 0) {
      rows.text(" FROM ").verbatim(start - 1, find(from, "set"));
      if (where >= 0) {
        rows.verbatim(where, endOfClause(where + 1));
      }
    }
    return rows.build();
  }

  /** Lets the texts that an UPDATE gives to EMBED be embedded together before it runs. */
  private void prepareEmbeddings(int from) {
    ParameterSpace space = context.space();
    if (space.embedTables().isEmpty()) {
      return;
    }
    List<SubSql> sources = new ArrayList<>();
    SubSql rows = changedRows(from);
    if (!rows.sql().isEmpty()) {
      for (SubSql text : pieces.embeddedTexts()) {
        sources.add(pieces.another().text("SELECT ").add(text).add(rows).build());
      }
    }
    space
        .embedTables()
        .forEach((by, parameter) -> context.add(new Step.EmbedRows(by, parameter, sources)));
  }
}
