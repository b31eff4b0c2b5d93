package dev.sextant.sql.run;

import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.Upcoming;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteStatement;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arguments of calls to come, row by row, beside the statement that will make the calls.
 * Where that fails it ends: the statement itself makes all calls that it needs, and meets the
 * failure if it concerns it.
 */
final class UpcomingRows implements Upcoming {
  private final SubSql source;
  private final StepRunner run;
  private @Nullable SqliteStatement statement;
  private boolean ended;

  UpcomingRows(SubSql source, StepRunner run) {
    this.source = source;
    this.run = run;
  }

  @Override
  public @Nullable Object @Nullable [] next() {
    if (ended) {
      return null;
    }
    try {
      SqliteStatement rows = rows();
      if (rows != null && rows.step()) {
        @Nullable Object[] arguments = new @Nullable Object[rows.columnCount()];
        for (int i = 0; i < arguments.length; i++) {
          arguments[i] = rows.value(i);
        }
        return arguments;
      }
    } catch (StorageException | SextantException failure) {
      ended = true; // the statement itself will meet it, if it concerns it
    }
    close();
    return null;
  }

  private @Nullable SqliteStatement rows() {
    SqliteStatement open = statement;
    if (open == null && run.isReady(source)) {
      open = run.tools().statements().get(source.sql());
      open.reset();
      run.bind(open, source.parameters());
      statement = open;
    }
    return open;
  }

  @Override
  public void close() {
    ended = true;
    if (statement != null) {
      statement.reset();
      statement = null;
    }
  }
}
