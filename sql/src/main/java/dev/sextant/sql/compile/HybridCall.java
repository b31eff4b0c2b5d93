package dev.sextant.sql.compile;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.FullTextTable;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.sqlite.ChangeLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/** One call of {@code hybrid_search}. */
final class HybridCall {
  private static final long DEFAULT_K = 10;
  private static final double DEFAULT_RRF_K = 60;
  private static final List<String> COLUMNS =
      List.of("rowid", "score", "vector_rank", "distance", "text_rank", "bm25");
  private static final List<String> TYPES =
      List.of("INTEGER", "REAL", "INTEGER", "REAL", "INTEGER", "REAL");

  private final Catalog catalog;
  private final CompileContext context;
  private final TableFunctions functions;
  private final TableArguments arguments;

  HybridCall(
      Catalog catalog, CompileContext context, TableFunctions functions, TableArguments arguments) {
    this.catalog = catalog;
    this.context = context;
    this.functions = functions;
    this.arguments = arguments;
  }

  /**
   * The rows it gives, found by a step.
   *
   * @param joined whether it stands behind another table
   */
  HitTable table(boolean joined) {
    SqlNode text = arguments.required("text");
    SqlNode vector = arguments.required("vector");
    TableFunctions.Searched searched = functions.searched(arguments);
    FullTextTable fullText = fullText();
    requireSameRows(fullText, searched.column());
    if (joined && !(functions.isClosed(text) && functions.isClosed(vector))) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "hybrid_search runs once per statement: its text and its vector cannot come from the rows"
              + " of another table. Run it for each row, or use knn, which can.");
    }
    Step.Fusion fusion = fusion();
    Step.Restriction filter = functions.filter(searched.column(), arguments);
    int places = context.space().produced();
    int rows = context.space().produced();
    context.add(
        new Step.Hybrid(
            searched.column(),
            searched.metric(),
            functions.vector(vector, searched.column()),
            TableFunctions.named(searched, arguments),
            filter,
            text(fullText, functions.value(text), filter),
            fusion,
            places,
            rows));
    return table(places, rows);
  }

  private Step.Fusion fusion() {
    boolean given = arguments.all().containsKey("candidates");
    return new Step.Fusion(
        arguments.number("k", DEFAULT_K),
        given ? arguments.number("candidates", 0) : null,
        arguments.real("rrf_k", DEFAULT_RRF_K),
        arguments.real("vector_weight", 1),
        arguments.real("text_weight", 1));
  }

  private static HitTable table(int places, int rows) {
    List<HitTable.Column> columns = new ArrayList<>();
    List<Integer> parameters = new ArrayList<>();
    for (int i = 0; i < COLUMNS.size(); i++) {
      String value = VectorCalls.FUSED + "(?, value, " + i + ")";
      columns.add(new HitTable.Column(COLUMNS.get(i), TYPES.get(i), value));
      parameters.add(rows);
    }
    parameters.add(places);
    return new HitTable(TableArguments.HYBRID, columns, "FROM json_each(?)", parameters);
  }

  /** The plus keeps FTS5 from being asked anew for each row that the filter lets through. */
  private Step.FullText text(FullTextTable table, int text, Step.@Nullable Restriction filter) {
    String name = ChangeLog.quote(table.name());
    int match = context.space().produced();
    int limit = context.space().produced();
    List<Integer> parameters = new ArrayList<>(List.of(match));
    String only = "";
    if (filter != null) {
      only = " AND +f.rowid IN (" + filter.all().sql() + ")";
      parameters.addAll(filter.all().parameters());
    }
    parameters.add(limit);
    String sql =
        "SELECT f.rowid, f.rank FROM main."
            + name
            + " AS f WHERE f."
            + name
            + " MATCH ?"
            + only
            + " ORDER BY f.rank, f.rowid LIMIT ?";
    return new Step.FullText(
        table.name(), text, syntax(table), new SubSql(sql, List.copyOf(parameters)), match, limit);
  }

  private Step.TextSyntax syntax(FullTextTable table) {
    String syntax = arguments.optionalText("text_syntax").orElse("words");
    return switch (syntax) {
      case "words" -> table.phrases() ? Step.TextSyntax.WORDS : Step.TextSyntax.SIMPLE_WORDS;
      case "fts5" -> Step.TextSyntax.FTS5;
      default -> throw arguments.invalid("text_syntax", "'words' or 'fts5'");
    };
  }

  private FullTextTable fullText() {
    String name = arguments.text("fts_table");
    Optional<FullTextTable> found = catalog.fullTextTable(name);
    if (found.isPresent()) {
      return found.get();
    }
    if (catalog.table(name).isPresent()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Table \""
              + name
              + "\" is no FTS5 table: create one with CREATE VIRTUAL TABLE … USING fts5(…,"
              + " content='"
              + name
              + "').");
    }
    String nearest = Names.nearest(name, catalog.fullTextTableNames());
    throw new SextantException(
        ErrorCode.UNKNOWN_TABLE,
        "No FTS5 table \""
            + name
            + "\""
            + (nearest.isEmpty() ? "." : ": did you mean \"" + nearest + "\"?"));
  }

  /** A row id has to mean the same row on both sides, as far as definitions tell. */
  private void requireSameRows(FullTextTable text, VectorColumn column) {
    Optional<TableInfo> content =
        text.content().isEmpty() ? Optional.empty() : catalog.table(text.content());
    if (content.isEmpty() || !content.get().plain()) {
      return;
    }
    String key = content.get().key();
    boolean keyed = text.isKeyedBy(key == null ? "rowid" : key);
    boolean same = content.get().name().equalsIgnoreCase(column.table());
    if (keyed && (same || areKeysOf(content.get(), column))) {
      return;
    }
    throw new SextantException(
        ErrorCode.INVALID_DEFINITION,
        "FTS5 table \""
            + text.name()
            + "\" and "
            + column.label()
            + " cannot be joined: its row ids are "
            + content.get().name()
            + "."
            + text.contentKey()
            + ", the vectors' are "
            + column.table()
            + "."
            + column.key()
            + (same
                ? ". Create it with content_rowid='" + column.key() + "'."
                : ". Index the text of \"" + column.table() + "\" or declare a foreign key."));
  }

  private boolean areKeysOf(TableInfo content, VectorColumn column) {
    String key = content.key();
    return key != null
        && (catalog.refers(column.table(), column.key(), content.name(), key)
            || catalog.refers(content.name(), key, column.table(), column.key()));
  }
}
