package dev.sextant.sql.compile;

import dev.sextant.sql.catalog.TableInfo;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** Finds the column of a table that a field of a relation is read from. */
final class Origin {

  /**
   * A column, and where the same row's key stands in the relation.
   *
   * @param column position in the table
   * @param keyIndex position of the key in the relation; -1 where the relation has lost it
   */
  record Field(TableInfo table, int column, int keyIndex) {}

  private Origin() {}

  /** The origin of a field; empty where it is computed, grouped or united. */
  static Optional<Field> of(RelNode rel, int field) {
    return switch (rel) {
      case TableScan scan -> scanned(scan, field);
      case Filter filter -> of(filter.getInput(), field);
      case Sort sort -> of(sort.getInput(), field);
      case Join join -> joined(join, field);
      case Project project -> projected(project, field);
      default -> Optional.empty();
    };
  }

  /**
   * The relation with another scan in place of the one that a field is read from.
   *
   * @return empty where leaving rows out of the scan could change what becomes of others
   */
  static Optional<RelNode> replaced(RelNode rel, int field, UnaryOperator<TableScan> other) {
    return switch (rel) {
      case TableScan scan -> Optional.of(other.apply(scan));
      case Filter filter ->
          replaced(filter.getInput(), field, other)
              .map(input -> filter.copy(filter.getTraitSet(), List.of(input)));
      case Join join -> {
        int left = join.getLeft().getRowType().getFieldCount();
        yield field < left
            ? replaced(join.getLeft(), field, other)
                .map(input -> join.copy(join.getTraitSet(), List.of(input, join.getRight())))
            : replaced(join.getRight(), field - left, other)
                .map(input -> join.copy(join.getTraitSet(), List.of(join.getLeft(), input)));
      }
      case Project project
          when !project.containsOver()
              && project.getProjects().get(field) instanceof RexInputRef reference ->
          replaced(project.getInput(), reference.getIndex(), other)
              .map(input -> project.copy(project.getTraitSet(), List.of(input)));
      default -> Optional.empty();
    };
  }

  /** The scan that a field is read from; empty where it is computed, grouped or united. */
  static Optional<TableScan> scan(RelNode rel, int field) {
    return switch (rel) {
      case TableScan scan -> Optional.of(scan);
      case Filter filter -> scan(filter.getInput(), field);
      case Sort sort -> scan(sort.getInput(), field);
      case Join join -> {
        int left = join.getLeft().getRowType().getFieldCount();
        yield field < left ? scan(join.getLeft(), field) : scan(join.getRight(), field - left);
      }
      case Project project when project.getProjects().get(field) instanceof RexInputRef reference ->
          scan(project.getInput(), reference.getIndex());
      default -> Optional.empty();
    };
  }

  private static Optional<Field> scanned(TableScan scan, int field) {
    TableInfo info = tableOf(scan);
    if (info == null) {
      return Optional.empty();
    }
    String key = info.key();
    return Optional.of(new Field(info, field, key == null ? -1 : info.indexOf(key)));
  }

  /** Whether rows may be filled up with NULL. */
  static boolean hasOuterJoin(RelNode rel) {
    return (rel instanceof Join join && join.getJoinType().isOuterJoin())
        || rel.getInputs().stream().anyMatch(Origin::hasOuterJoin);
  }

  /** Whether a scan reads an ordinary table of the main database. */
  static boolean isPlainTable(TableScan scan) {
    TableInfo info = tableOf(scan);
    return info != null && info.plain();
  }

  private static @Nullable TableInfo tableOf(TableScan scan) {
    SchemaView.SqliteTable table = scan.getTable().unwrap(SchemaView.SqliteTable.class);
    if (table != null) {
      return table.info();
    }
    HitTable hits = scan.getTable().unwrap(HitTable.class);
    if (hits != null) {
      return hits.info();
    }
    SchemaView.EngineTable engine = scan.getTable().unwrap(SchemaView.EngineTable.class);
    return engine == null ? null : engine.info();
  }

  private static Optional<Field> joined(Join join, int field) {
    int left = join.getLeft().getRowType().getFieldCount();
    if (field < left) {
      return of(join.getLeft(), field);
    }
    if (!join.getJoinType().projectsRight()) {
      return Optional.empty();
    }
    return of(join.getRight(), field - left)
        .map(
            found ->
                new Field(
                    found.table(),
                    found.column(),
                    found.keyIndex() < 0 ? -1 : found.keyIndex() + left));
  }

  private static Optional<Field> projected(Project project, int field) {
    if (!(project.getProjects().get(field) instanceof RexInputRef reference)) {
      return Optional.empty();
    }
    return of(project.getInput(), reference.getIndex())
        .map(
            found -> new Field(found.table(), found.column(), position(project, found.keyIndex())));
  }

  private static int position(Project project, int inputIndex) {
    for (int i = 0; i < project.getProjects().size(); i++) {
      RexNode output = project.getProjects().get(i);
      if (output instanceof RexInputRef reference && reference.getIndex() == inputIndex) {
        return i;
      }
    }
    return -1;
  }
}
