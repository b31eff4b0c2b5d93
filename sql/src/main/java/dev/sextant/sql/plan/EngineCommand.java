package dev.sextant.sql.plan;

/** What a statement changes of the engine itself. */
public sealed interface EngineCommand {

  /**
   * SET of a setting that all connections share.
   *
   * @param name as in {@code sextant.settings}
   */
  record Set(String name, String value) implements EngineCommand {}
}
