package dev.sextant.sql.plan;

import dev.sextant.engine.embed.ModelDefinition;

/** What a statement changes of the engine itself. */
public sealed interface EngineCommand {

  /**
   * SET of a setting that all connections share.
   *
   * @param name as in {@code sextant.settings}
   */
  record Set(String name, String value) implements EngineCommand {}

  /**
   * CREATE EMBEDDING MODEL.
   *
   * @param ifNotExists whether a model of that name is left as it is
   */
  record CreateModel(ModelDefinition model, boolean ifNotExists) implements EngineCommand {}

  /**
   * DROP EMBEDDING MODEL.
   *
   * @param ifExists whether there may be no model of that name
   */
  record DropModel(String name, boolean ifExists) implements EngineCommand {}
}
