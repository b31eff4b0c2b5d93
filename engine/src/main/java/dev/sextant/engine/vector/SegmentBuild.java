package dev.sextant.engine.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.storage.vector.hnsw.BuildOptions;
import dev.sextant.storage.vector.hnsw.HnswBuilder;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Builds segments from the rows of a table, as a connection sees them. */
final class SegmentBuild {
  private static final int SEED = 42;
  private static final int TOLD_EVERY = 1_000;

  private final HnswIndex.Memory memory;
  private final VectorIndexes.Build build;
  private final IndexProgress progress;

  SegmentBuild(HnswIndex.Memory memory, VectorIndexes.Build build, IndexProgress progress) {
    this.memory = memory;
    this.build = build;
    this.progress = progress;
  }

  /** A segment of all rows, read in a transaction of its own. */
  HnswSegment whole(SqliteConnection connection) {
    connection.exec("BEGIN");
    try (HnswBuilder builder = builder()) {
      long seq = ChangeLog.lastSeq(connection);
      String vector = ChangeLog.quote(build.column().column());
      try (SqliteStatement rows =
          connection.prepare(
              select()
                  + " WHERE typeof("
                  + vector
                  + ") = 'blob' AND length("
                  + vector
                  + ") = "
                  + 4 * build.column().dimensions()
                  + " ORDER BY 1")) {
        while (rows.step()) {
          take(rows, builder);
        }
      }
      connection.exec("COMMIT");
      return finish(builder, seq);
    } finally {
      rollBackIfOpen(connection);
    }
  }

  /**
   * What a segment of some rows is built from.
   *
   * @param seq the log entry at which the transaction stands that reads them
   * @param ids ascending; those without a row or a vector are passed over
   * @param tombstones ascending rowids of older segments' rows that no longer count
   * @param from an older segment whose graph is gone on from; null for none
   * @param same ascending rowids of its rows that have not changed
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  record Some(long seq, long[] ids, long[] tombstones, @Nullable HnswSegment from, long[] same) {}

  /** A segment of some rows, read in the transaction under way, which is ended. */
  HnswSegment some(SqliteConnection connection, Some some) {
    try (HnswBuilder builder = builder()) {
      builder.expect(some.ids().length);
      builder.tombstones(some.tombstones());
      if (some.from() != null) {
        builder.startFrom(some.from(), some.same());
      }
      try (SqliteStatement row =
          connection.prepare(
              select() + " WHERE " + ChangeLog.quote(build.column().key()) + " = ?")) {
        for (long id : some.ids()) {
          row.bind(1, id);
          if (row.step()) {
            take(row, builder);
          }
          row.reset();
        }
      }
      connection.exec("COMMIT");
      return finish(builder, some.seq());
    } finally {
      rollBackIfOpen(connection);
    }
  }

  private HnswBuilder builder() {
    return new HnswBuilder(
        build.index().parameters(), build.column().dimensions(), memory.budget(), memory.kernels());
  }

  private String select() {
    return "SELECT "
        + ChangeLog.quote(build.column().key())
        + ", "
        + ChangeLog.quote(build.column().column())
        + " FROM main."
        + ChangeLog.quote(build.column().table());
  }

  private void take(SqliteStatement row, HnswBuilder builder) {
    if (row.type(1) == SqliteStatement.BLOB) {
      byte[] blob = Objects.requireNonNull(row.getBlob(1));
      if (blob.length == 4 * build.column().dimensions()) {
        float[] values = VectorCodec.decode(blob);
        if (isFinite(values)) {
          builder.add(row.getLong(0), values);
        }
      }
    }
    if (builder.rows() % TOLD_EVERY == 0) {
      progress.at("reading", builder.rows(), -1);
    }
    if (build.cancelled().getAsBoolean()) {
      throw new StorageException(StorageException.Kind.INTERRUPTED, "The build was cancelled.");
    }
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private HnswSegment finish(HnswBuilder builder, long seq) {
    BooleanSupplier cancelled = build.cancelled();
    HnswSegment segment =
        builder.build(
            seq,
            new BuildOptions(
                build.threads(),
                SEED,
                (done, total) -> progress.at("building", done, total),
                cancelled,
                memory.crew()));
    progress.at("writing", segment.rows(), segment.rows());
    return segment;
  }

  private static void rollBackIfOpen(SqliteConnection connection) {
    if (connection.inTransaction()) {
      connection.exec("ROLLBACK");
    }
  }
}
