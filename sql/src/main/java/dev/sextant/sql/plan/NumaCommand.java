package dev.sextant.sql.plan;

import dev.sextant.engine.numa.DataPlacement;
import dev.sextant.engine.numa.PinTarget;
import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Placement;
import org.jspecify.annotations.Nullable;

/** What a statement places on the machine's nodes. */
public sealed interface NumaCommand {

  /**
   * PIN SESSION.
   *
   * @param enforcement null for that of the setting
   */
  record PinSession(PinTarget target, @Nullable Enforcement enforcement) implements NumaCommand {}

  /**
   * ALTER INDEX … SET PLACEMENT.
   *
   * @param enforcement null for that of the setting
   */
  record PlaceIndex(
      IndexDefinition index,
      VectorColumn column,
      DataPlacement placement,
      @Nullable Enforcement enforcement)
      implements NumaCommand {}

  /** UNPIN SESSION. */
  record UnpinSession() implements NumaCommand {}

  /**
   * CREATE NUMA REGION.
   *
   * @param enforcement null for that of the setting
   */
  record CreateRegion(
      String name, long bytes, Placement placement, @Nullable Enforcement enforcement)
      implements NumaCommand {}

  /**
   * DROP NUMA REGION.
   *
   * @param ifExists whether there may be no region of that name
   */
  record DropRegion(String name, boolean ifExists) implements NumaCommand {}
}
