package dev.sextant.sql.compile;

import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.plan.ParameterSource;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.List;

/** Tells in lines how a plan will run: every operator, and what SQLite is asked. */
final class Explanation {
  private final Catalog catalog;

  Explanation(Catalog catalog) {
    this.catalog = catalog;
  }

  /** The lines. */
  List<String> lines(Plan plan) {
    List<String> lines = new ArrayList<>();
    switch (plan) {
      case Plan.Native(var statement) -> {
        lines.add("Sqlite (native, as written)");
        lines.add("  " + statement.sql());
        sqlitePlan(statement.sql(), lines);
      }
      case Plan.Compiled compiled -> {
        compiled.steps().forEach(step -> step(step, compiled, lines));
        lines.add("Sqlite (compiled)");
        lines.add("  " + oneLine(compiled.sql()));
        sqlitePlan(compiled.sql().sql(), lines);
        compiled.warnings().forEach(warning -> lines.add("Note: " + warning));
      }
      case Plan.Definition definition -> {
        lines.add("Definition (CHECK and change log added)");
        lines.add("  " + definition.sql());
      }
      case Plan.Index(var statement, var command) -> lines.add("VectorIndex " + command);
      case Plan.Lines(var statement, var inner) -> lines.addAll(inner);
    }
    return lines;
  }

  private void sqlitePlan(String sql, List<String> lines) {
    catalog.sqlitePlan(sql).forEach(line -> lines.add("    " + line));
  }

  private String scan(Step.Knn knn) {
    return catalog
        .vectorIndex(knn.column(), knn.metric())
        .map(index -> " (hnsw index " + index.name() + ")")
        .orElse(" (exact scan of resident vectors)");
  }

  private void step(Step step, Plan.Compiled plan, List<String> lines) {
    switch (step) {
      case Step.Knn knn -> {
        lines.add(
            "KnnScan "
                + knn.column().label()
                + " by "
                + knn.metric()
                + " to "
                + source(plan, knn.query())
                + ", "
                + limit(knn.limit(), plan)
                + scan(knn));
        SubSql restriction = knn.restriction();
        lines.add(
            restriction == null ? "  over all rows" : "  over the rows of " + oneLine(restriction));
      }
      case Step.EmbedTexts texts ->
          lines.add("Embed " + texts.texts().size() + " text(s), once per execution");
      case Step.EmbedRows rows -> {
        lines.add("Embed the distinct texts of");
        rows.texts().forEach(text -> lines.add("  " + oneLine(text)));
      }
      case Step.SystemRows rows -> lines.add("EngineTable sextant." + rows.name());
      case Step.QueryVector query -> lines.add("QueryVector " + oneLine(query.sql()));
    }
  }

  private static String oneLine(SubSql sql) {
    return sql.sql().replace('\n', ' ');
  }

  private static String limit(Step.Limit limit, Plan.Compiled plan) {
    String count =
        limit.countParameter() < 0
            ? Long.toString(limit.count())
            : source(plan, limit.countParameter());
    String offset =
        limit.offsetParameter() < 0
            ? Long.toString(limit.offset())
            : source(plan, limit.offsetParameter());
    return "k = " + count + (offset.equals("0") ? "" : " after " + offset);
  }

  private static String source(Plan.Compiled plan, int parameter) {
    return switch (plan.sources().get(parameter)) {
      case ParameterSource.User(int index) -> "?" + (index + 1);
      case ParameterSource.UserVector vector -> "?" + (vector.index() + 1);
      case ParameterSource.Constant _ -> "a constant";
      case ParameterSource.Produced() -> "a computed value";
    };
  }
}
