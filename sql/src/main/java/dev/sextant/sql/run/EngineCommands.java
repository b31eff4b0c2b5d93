package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.sql.plan.EngineCommand;
import java.util.List;

/** Runs what statements change of the engine itself. */
public final class EngineCommands {
  private final Session session;

  /** Commands on a session. */
  public EngineCommands(Session session) {
    this.session = session;
  }

  /**
   * Runs one.
   *
   * @return warnings
   */
  public List<String> run(EngineCommand command) {
    switch (command) {
      case EngineCommand.Set(String name, String value) -> session.database().set(name, value);
    }
    return session.database().cache().warnings().takeUntold();
  }
}
