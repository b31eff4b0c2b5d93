package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.engine.vector.VectorIndexes;
import dev.sextant.sql.plan.IndexCommand;
import dev.sextant.storage.vector.hnsw.HnswLimits;
import java.util.function.BooleanSupplier;

/** Runs what statements do to vector indexes. */
public final class IndexCommands {
  private final Session session;
  private final BooleanSupplier cancelled;

  /** Commands on a session. */
  public IndexCommands(Session session, BooleanSupplier cancelled) {
    this.session = session;
    this.cancelled = cancelled;
  }

  /** Runs one, in transactions of its own. */
  public void run(IndexCommand command) {
    VectorIndexes indexes = session.database().vectors().indexes();
    switch (command) {
      case IndexCommand.SetEfSearch(long value) -> session.setEfSearch(value);
      case IndexCommand.Create(IndexDefinition index, VectorColumn column, boolean ifNotExists) -> {
        requireNoTransaction("CREATE INDEX");
        boolean exists = VectorIndexes.find(session.connection(), index.name()).isPresent();
        if (!ifNotExists || !exists) {
          forget(index);
          indexes.create(session.connection(), build(index, column));
        }
      }
      case IndexCommand.Drop(IndexDefinition index) -> {
        requireNoTransaction("DROP INDEX");
        forget(index);
        indexes.drop(session.connection(), index);
      }
      case IndexCommand.Rebuild(IndexDefinition index, VectorColumn column) -> {
        requireNoTransaction("REINDEX");
        forget(index);
        indexes.rebuild(session.connection(), build(index, column));
      }
    }
  }

  private void forget(IndexDefinition index) {
    session.database().vectors().forgetRecall(index.name());
  }

  private VectorIndexes.Build build(IndexDefinition index, VectorColumn column) {
    long given = session.database().settings().getLong(Settings.THREADS);
    long wanted = given > 0 ? given : Runtime.getRuntime().availableProcessors();
    int threads = (int) Math.min(wanted, HnswLimits.MAX_THREADS);
    return new VectorIndexes.Build(index, column, threads, cancelled);
  }

  private void requireNoTransaction(String statement) {
    if (session.inTransaction()) {
      throw new SextantException(
          ErrorCode.TRANSACTION_STATE,
          statement
              + " of a vector index takes transactions of its own: commit or roll back first.");
    }
  }
}
