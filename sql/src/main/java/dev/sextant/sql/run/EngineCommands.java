package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.engine.embed.ModelCatalog;
import dev.sextant.engine.embed.ModelDefinition;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.plan.EngineCommand;
import dev.sextant.sql.plan.RouteCommand;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.util.List;
import java.util.Optional;

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
      case EngineCommand.Numa(var numa) -> {
        return new NumaCommands(session).run(numa);
      }
      case EngineCommand.Set(String name, String value) -> session.database().set(name, value);
      case EngineCommand.CreateModel(ModelDefinition model, boolean ifNotExists) ->
          create(model, ifNotExists);
      case EngineCommand.DropModel(String name, boolean ifExists) -> drop(name, ifExists);
      case EngineCommand.Routing(RouteCommand routing) -> {
        return new RouteCommands(session).run(routing);
      }
      case EngineCommand.CreateFunction create -> functions().create(create);
      case EngineCommand.DropFunction drop -> functions().drop(drop);
      case EngineCommand.AlterFunction alter -> functions().alter(alter);
      case EngineCommand.CreateProfile create -> functions().create(create);
      case EngineCommand.DropProfile drop -> functions().drop(drop);
    }
    return session.database().cache().warnings().takeUntold();
  }

  private FunctionCommands functions() {
    return new FunctionCommands(session);
  }

  private void create(ModelDefinition model, boolean ifNotExists) {
    EmbeddingModels models = session.database().models();
    SqliteConnection connection = session.connection();
    if (models.isShipped(model.name()) || ModelCatalog.find(connection, model.name()).isPresent()) {
      if (!ifNotExists) {
        throw new SextantException(
            ErrorCode.DUPLICATE_OBJECT,
            "An embedding model \"" + model.name() + "\" exists. Drop it first, or name another.");
      }
      return;
    }
    ModelCatalog.add(connection, models.create(model));
  }

  private void drop(String name, boolean ifExists) {
    EmbeddingModels models = session.database().models();
    SqliteConnection connection = session.connection();
    Optional<ModelDefinition> model = ModelCatalog.find(connection, name);
    if (models.isShipped(name)) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Embedding model \"" + name + "\" is shipped with Sextant and cannot be dropped.");
    }
    if (model.isEmpty() && !ifExists) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "No embedding model \"" + name + "\": SELECT name FROM sextant.models lists all.");
    }
    model.ifPresent(
        found -> {
          ModelCatalog.remove(connection, found);
          if (!session.inTransaction()) {
            models.forget(found);
          }
        });
  }
}
