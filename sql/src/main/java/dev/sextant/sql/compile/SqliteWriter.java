package dev.sextant.sql.compile;

import dev.sextant.sql.catalog.SystemTable;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlString;

/** Writes algebra and syntax trees as SQLite text, with the parameters in the order they stand. */
final class SqliteWriter {
  private final ParameterSpace space;
  private final Map<SystemTable, Integer> systemRows = new LinkedHashMap<>();

  SqliteWriter(ParameterSpace space) {
    this.space = space;
  }

  /** The statement that computes a relation. */
  SubSql write(RelNode rel) {
    return write(new RelWriter(this::systemRows).visitRoot(rel).asStatement());
  }

  /** A syntax tree as text. */
  SubSql write(SqlNode node) {
    SqlString text =
        node.toSqlString(
            config ->
                config
                    .withDialect(RelWriter.DIALECT)
                    .withQuoteAllIdentifiers(true)
                    .withAlwaysUseParentheses(false)
                    .withSelectListItemsOnSeparateLines(false)
                    .withIndentation(0)
                    .withClauseStartsLine(false));
    List<Integer> order = text.getDynamicParameters();
    return new SubSql(text.getSql(), order == null ? List.of() : List.copyOf(order));
  }

  private int systemRows(SystemTable table) {
    return systemRows.computeIfAbsent(table, wanted -> space.produced());
  }

  /** The steps that give the rows of the system tables written so far. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    systemRows.forEach(
        (table, parameter) -> steps.add(new Step.SystemRows(table.name(), parameter)));
    return steps;
  }
}
