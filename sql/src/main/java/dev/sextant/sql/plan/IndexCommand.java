package dev.sextant.sql.plan;

import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.VectorColumn;

/** What a statement does to vector indexes or to how they are searched. */
public sealed interface IndexCommand {

  /**
   * CREATE INDEX … USING hnsw.
   *
   * @param ifNotExists whether an index of that name is left as it is
   */
  record Create(IndexDefinition index, VectorColumn column, boolean ifNotExists)
      implements IndexCommand {}

  /** DROP INDEX. */
  record Drop(IndexDefinition index) implements IndexCommand {}

  /** REINDEX. */
  record Rebuild(IndexDefinition index, VectorColumn column) implements IndexCommand {}

  /** SET hnsw.ef_search. */
  record SetEfSearch(long value) implements IndexCommand {}
}
