package dev.sextant.sql.compile;

import dev.sextant.sql.ResultColumn;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.storage.vector.VectorCodec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses vectors that a column cannot take before any of them is computed. */
final class ColumnFit {

  private ColumnFit() {}

  /**
   * Checks one value.
   *
   * @param dimensions of the value; 0 where they are not known
   * @throws dev.sextant.storage.StorageException {@code DIMENSIONS} for other ones than the
   *     column's
   */
  static void require(int dimensions, TableInfo table, TableInfo.Column column) {
    if (dimensions > 0 && column.isVector()) {
      String label = "Vector column \"" + table.name() + "." + column.name() + "\"";
      VectorCodec.requireDimensions(new float[dimensions], column.dimensions(), label);
    }
  }

  /**
   * Checks those columns of a query that it computes.
   *
   * @param given the query's columns; null where they are not known
   * @param columns the table's that take them
   */
  static void require(
      @Nullable List<ResultColumn> given, TableInfo table, List<TableInfo.Column> columns) {
    for (int i = 0; given != null && i < Math.min(given.size(), columns.size()); i++) {
      if (given.get(i).table() == null) {
        require(Catalog.dimensionsOf(given.get(i).declaredType()), table, columns.get(i));
      }
    }
  }
}
