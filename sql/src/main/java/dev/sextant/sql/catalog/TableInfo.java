package dev.sextant.sql.catalog;

import dev.sextant.engine.vector.VectorColumn;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table or view.
 *
 * @param name as SQLite spells it
 * @param columns in order, hidden ones left out
 * @param key the INTEGER PRIMARY KEY column; null where there is none
 * @param logNumber its number in the change log; -1 where its changes are not logged
 * @param replaceable whether another UNIQUE constraint than the key lets REPLACE delete a row
 *     unseen by the change log
 * @param plain whether it is an ordinary table: no view, not virtual
 */
public record TableInfo(
    String name,
    List<Column> columns,
    @Nullable String key,
    long logNumber,
    boolean replaceable,
    boolean plain) {

  /**
   * A column.
   *
   * @param declaredType as written in CREATE TABLE, perhaps empty
   * @param dimensions of a vector column; 0 for any other
   * @param generated whether it is computed and takes no values
   */
  public record Column(String name, String declaredType, int dimensions, boolean generated) {
    /** Whether it holds vectors. */
    public boolean isVector() {
      return dimensions > 0;
    }
  }

  /** The column of that name, in any case. */
  public Optional<Column> column(String wanted) {
    return columns.stream().filter(column -> column.name().equalsIgnoreCase(wanted)).findFirst();
  }

  /** The position of a column; -1 where there is none. */
  public int indexOf(String wanted) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equalsIgnoreCase(wanted)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether a column holds vectors. */
  public boolean hasVectors() {
    return columns.stream().anyMatch(Column::isVector);
  }

  /** Its vector columns that can be searched in memory. */
  public List<VectorColumn> searchable() {
    return columns.stream().map(this::searchable).flatMap(Optional::stream).toList();
  }

  /** A column as a search in memory knows it; empty where that is impossible. */
  public Optional<VectorColumn> searchable(Column column) {
    return key == null || logNumber < 0 || !column.isVector()
        ? Optional.empty()
        : Optional.of(
            new VectorColumn(
                name, column.name(), column.dimensions(), key, logNumber, replaceable));
  }

  /** Why a search cannot use resident vectors; empty where it can. */
  public Optional<String> whyNotResident() {
    if (key == null) {
      return Optional.of("table \"" + name + "\" has no INTEGER PRIMARY KEY");
    }
    if (logNumber < 0) {
      return Optional.of(
          "the changes of table \"" + name + "\" are not logged: it was not created by Sextant");
    }
    return Optional.empty();
  }
}
