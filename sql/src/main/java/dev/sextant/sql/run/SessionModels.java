package dev.sextant.sql.run;

import dev.sextant.engine.Database;
import dev.sextant.engine.Session;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.sql.plan.EmbedBy;
import org.jspecify.annotations.Nullable;

/** The embedding models as a session knows them. */
final class SessionModels {

  private SessionModels() {}

  /**
   * A model itself, loaded.
   *
   * @param name null for the default
   */
  static EmbeddingModel model(Session session, @Nullable String name) {
    EmbeddingModels models = session.database().models();
    return name == null ? models.defaultModel() : models.model(name, session.connection());
  }

  /** A model behind the database's cache. */
  static EmbeddingModel cached(Session session, EmbedBy by) {
    Database database = session.database();
    return database.cache().over(model(session, by.model()), by.role());
  }
}
