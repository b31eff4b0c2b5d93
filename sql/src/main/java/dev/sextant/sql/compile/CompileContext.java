package dev.sextant.sql.compile;

import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeName;

/** What accumulates while one statement is compiled: parameters, steps, notes. */
final class CompileContext {
  private final ParameterSpace space;
  private final SqliteWriter writer;
  private final List<Step> steps = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<RelNode> filters = new ArrayList<>();
  private final Map<String, HitTable> hitTables = new LinkedHashMap<>();
  private final Map<Integer, Function<SubSql, Step>> joins = new LinkedHashMap<>();

  CompileContext(ParameterSpace space) {
    this.space = space;
    this.writer = new SqliteWriter(space);
  }

  ParameterSpace space() {
    return space;
  }

  SqliteWriter writer() {
    return writer;
  }

  SubSql write(RelNode rel) {
    return writer.write(rel);
  }

  SubSql write(SqlNode node) {
    return writer.write(node);
  }

  /** Forgets what a plan that was given up would have done; texts of rows are embedded singly. */
  void prepareNoVectors() {
    steps.clear();
    space.embedTables().forEach((by, table) -> steps.add(new Step.EmbedRows(by, table, List.of())));
    RoutedCalls.prepareNone(this);
  }

  /** Rows that a search is restricted to. */
  void addFilter(RelNode rows) {
    filters.add(rows);
  }

  /** All rows that searches are restricted to. */
  List<RelNode> filters() {
    return filters;
  }

  RexNode parameter(RexBuilder rex, int index) {
    return rex.makeDynamicParam(rex.getTypeFactory().createSqlType(SqlTypeName.ANY), index);
  }

  /** Makes the rows of a search a table and gives its name. */
  String add(HitTable table) {
    String name = "hits " + (hitTables.size() + 1);
    hitTables.put(name, table);
    return name;
  }

  /**
   * A search for each row of a relation, which is known when the statement has become algebra.
   *
   * @param numbers the parameter that marks the search in the algebra
   * @param step makes the step of the statement that gives the vectors
   */
  void add(int numbers, Function<SubSql, Step> step) {
    joins.put(numbers, step);
  }

  /** Adds the step of a search for each row. */
  void addJoin(int numbers, SubSql queries) {
    add(Objects.requireNonNull(joins.get(numbers)).apply(queries));
  }

  /** The tables of searches, by name. */
  Map<String, HitTable> hitTables() {
    return hitTables;
  }

  void add(Step step) {
    steps.add(step);
  }

  /** Something the user is told as a warning. */
  void note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
    }
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  /** All steps in the order they have to run. */
  List<Step> steps() {
    List<Step> all = new ArrayList<>(writer.steps());
    if (!space.texts().isEmpty()) {
      all.add(new Step.EmbedTexts(List.copyOf(space.texts())));
    }
    all.addAll(steps);
    return List.copyOf(all);
  }
}
