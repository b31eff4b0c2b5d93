package dev.sextant.sql.compile;

import java.util.List;
import org.apache.calcite.plan.RelTraitSet;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelWriter;
import org.apache.calcite.rel.core.TableScan;

/** Those rows of a table whose keys stand in a JSON array, read one by one by their key. */
final class HitScan extends TableScan {
  private final String key;
  private final int ids;

  /**
   * A scan.
   *
   * @param whole the scan of all rows that it stands in for
   * @param key the table's INTEGER PRIMARY KEY
   * @param ids the parameter that holds the array
   */
  HitScan(TableScan whole, String key, int ids) {
    super(whole.getCluster(), whole.getTraitSet(), whole.getHints(), whole.getTable());
    this.key = key;
    this.ids = ids;
  }

  String key() {
    return key;
  }

  int ids() {
    return ids;
  }

  @Override
  public RelNode copy(RelTraitSet traitSet, List<RelNode> inputs) {
    return this;
  }

  @Override
  public RelWriter explainTerms(RelWriter writer) {
    return super.explainTerms(writer).item("ids", ids);
  }
}
