package dev.sextant.engine.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * Tiers. The rows that have changed since the newest segment become a segment of their own; the
 * newest segments that are less than GROWTH times as large as what follows them are merged into it.
 * So each segment is at least GROWTH times as large as the next, there are few of them, and a row
 * is written once or a few times for each. The graph of the oldest one among those is gone on from:
 * it gets links to the new rows instead of being built again. Where the log does not reach back, or
 * a file is damaged, the whole index is built anew from the table. All vectors come from SQLite,
 * never from a segment.
 */

/**
 * Folds changed rows into segments, merges segments and replaces damaged ones, in a thread of its
 * own for each index at work. Safe for many threads.
 */
final class IndexUpkeep implements AutoCloseable {
  /** Changed rows that make a segment worth while: fewer are compared in less time. */
  static final int FOLD_AT = 1_000;

  private static final int GROWTH = 4;
  private static final int DEAD_SHARE = 4;

  /** Steps of nice that it stands behind: statements are waited for, it is not. */
  private static final int STEPS_BEHIND = 10;

  private static final int MAX_FAILURES = 3;
  private static final int PUBLISH_ATTEMPTS = 10;
  private static final int PATIENCE_MILLIS = 5_000;

  private final Place place;
  private final Supplier<SqliteConnection> connections;
  private final Map<String, Task> tasks = new ConcurrentHashMap<>();
  private final Map<List<String>, Integer> failures = new ConcurrentHashMap<>();
  private volatile boolean closing;

  /** Where the work is done, and who is told of it. */
  record Place(
      HnswIndex.Memory memory,
      SegmentFiles files,
      Generations generations,
      Set<IndexProgress> running,
      Supplier<Kernel> kernel) {}

  IndexUpkeep(Place place, Supplier<SqliteConnection> connections) {
    this.place = place;
    this.connections = connections;
  }

  /** Work on one index. */
  private final class Task {
    private final IndexDefinition asked;
    private final VectorColumn column;
    private final Thread thread;
    private volatile boolean stopped;

    Task(IndexDefinition asked, VectorColumn column) {
      this.asked = asked;
      this.column = column;
      this.thread =
          Thread.ofPlatform()
              .daemon()
              .name("sextant-index-" + asked.name())
              .unstarted(() -> run(this));
    }

    private boolean isStopped() {
      return stopped || closing;
    }
  }

  /** Begins work if many rows have changed, or the log no longer tells which. */
  void foldIfDue(HnswIndex index, VectorColumn column) {
    if (index.changedRows() >= FOLD_AT || index.isBehind()) {
      begin(index.definition(), column);
    }
  }

  /** Begins to replace an index that cannot be opened. */
  void repair(IndexDefinition index, VectorColumn column) {
    begin(index, column);
  }

  private void begin(IndexDefinition index, VectorColumn column) {
    String key = key(index.name());
    if (closing
        || tasks.containsKey(key)
        || failures.getOrDefault(index.segments(), 0) >= MAX_FAILURES) {
      return;
    }
    Task task = new Task(index, column);
    if (tasks.putIfAbsent(key, task) == null) {
      task.thread.start();
    }
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Ends the work on an index and waits for the end. */
  void stop(String name) {
    Task task = tasks.get(key(name));
    if (task != null) {
      task.stopped = true;
      join(task);
    }
  }

  private static void join(Task task) {
    task.thread.interrupt(); // It may be waiting for another process.
    try {
      task.thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Task task) {
    place
        .kernel()
        .get()
        .lowerPriority(STEPS_BEHIND); // Where it cannot, statements wait a little more.
    try (SqliteConnection connection = connections.get();
        SegmentFiles.Lock _ = place.files().awaitLock(task.asked.name())) {
      connection.exec("PRAGMA busy_timeout = " + PATIENCE_MILLIS); // Nobody waits for this thread.
      work(connection, task);
    } catch (RuntimeException failure) {
      if (!task.isStopped()) {
        failures.merge(task.asked.segments(), 1, Integer::sum);
        System.getLogger(IndexUpkeep.class.getName())
            .log(
                System.Logger.Level.WARNING,
                () -> "Index \"" + task.asked.name() + "\" could not be brought up to date",
                failure);
      }
    } finally {
      tasks.remove(key(task.asked.name()), task);
    }
  }

  /**
   * What to build: all rows from nothing, or some that take the place of the segments from a place
   * on.
   */
  private record Plan(int kept, SegmentBuild.@Nullable Some some) {
    static final Plan WHOLE = new Plan(0, null);
  }

  private void work(SqliteConnection connection, Task task) {
    connection.exec("BEGIN");
    Optional<IndexDefinition> found = IndexCatalog.find(connection, task.asked.name());
    Optional<Plan> due = found.flatMap(index -> plan(connection, index, task.column));
    if (due.isEmpty() || due.get().some() == null) {
      connection.exec("COMMIT");
    }
    if (due.isPresent()) {
      build(connection, task, found.get(), due.get());
    }
  }

  private void build(SqliteConnection connection, Task task, IndexDefinition index, Plan plan) {
    SegmentBuild.Some some = plan.some();
    String operation =
        some == null ? "rebuild" : plan.kept() == index.segments().size() ? "fold" : "merge";
    IndexProgress progress = new IndexProgress(index.name(), operation);
    place.running().add(progress);
    try {
      SegmentBuild build =
          new SegmentBuild(
              place.memory(),
              new VectorIndexes.Build(index, task.column, 1, task::isStopped),
              progress);
      HnswSegment segment = some == null ? build.whole(connection) : build.some(connection, some);
      List<String> segments = new ArrayList<>(index.segments().subList(0, plan.kept()));
      segments.add(place.files().keep(index.name(), segment));
      publish(connection, task, index, segments);
    } finally {
      place.running().remove(progress);
    }
  }

  private Optional<Plan> plan(
      SqliteConnection connection, IndexDefinition definition, VectorColumn column) {
    HnswIndex index;
    try {
      index = place.generations().open(definition, column);
    } catch (StorageException failure) {
      if (failure.kind() == Kind.RESOURCES) {
        throw failure;
      }
      return Optional.of(Plan.WHOLE);
    }
    long seq = ChangeLog.lastSeq(connection);
    if (seq > index.seq() && ChangeLog.firstSeq(connection) > index.seq() + 1) {
      return Optional.of(Plan.WHOLE);
    }
    long[] changed = new TableRows(connection, column).changedSince(index.seq());
    if (changed.length < FOLD_AT) {
      return Optional.empty();
    }
    return Optional.of(plan(index, kept(index, changed.length), seq, changed));
  }

  /** A segment of what has changed and of the live rows from a place on. */
  private static Plan plan(HnswIndex index, int kept, long seq, long[] changed) {
    List<IndexPart> older = index.parts().subList(0, kept);
    LongStream ids = LongStream.of(changed);
    LongStream tombstones = LongStream.of(changed);
    for (int p = kept; p < index.parts().size(); p++) {
      ids = LongStream.concat(ids, LongStream.of(index.liveRowids(p)));
      long[] more = index.parts().get(p).segment().tombstones();
      tombstones = LongStream.concat(tombstones, LongStream.of(more));
    }
    boolean merges = kept < index.parts().size();
    return new Plan(
        kept,
        new SegmentBuild.Some(
            seq,
            ids.sorted().distinct().toArray(),
            tombstones
                .sorted()
                .distinct()
                .filter(id -> older.stream().anyMatch(part -> part.segment().ordinal(id) >= 0))
                .toArray(),
            merges ? index.parts().get(kept).segment() : null,
            merges ? unchanged(index.liveRowids(kept), changed) : new long[0]));
  }

  private static long[] unchanged(long[] ids, long[] changed) {
    return LongStream.of(ids).filter(id -> Arrays.binarySearch(changed, id) < 0).toArray();
  }

  private static int kept(HnswIndex index, long changed) {
    int kept = index.parts().size();
    long rows = changed;
    while (kept > 0 && index.liveRows(kept - 1) < GROWTH * rows) {
      kept--;
      rows += index.liveRows(kept);
    }
    for (int p = 0; p < kept; p++) {
      long all = index.parts().get(p).segment().rows();
      if ((all - index.liveRows(p)) * DEAD_SHARE > all) {
        return p;
      }
    }
    return kept;
  }

  /** Names the new segments in the database, unless the index has become another meanwhile. */
  private void publish(
      SqliteConnection connection, Task task, IndexDefinition index, List<String> segments) {
    follow(connection, place.generations().open(index.with(segments), task.column), task.column);
    beginWriting(connection, task);
    try {
      boolean same = IndexCatalog.find(connection, index.name()).filter(index::equals).isPresent();
      if (same) {
        IndexCatalog.publish(connection, index, segments);
      }
      connection.exec("COMMIT");
      if (same) {
        Set<String> kept = new HashSet<>(segments);
        if (segments.size() > 1) {
          kept.addAll(index.segments()); // For transactions that began before.
        }
        place.files().sweep(index.name(), kept);
      }
    } finally {
      if (connection.inTransaction()) {
        connection.exec("ROLLBACK");
      }
    }
  }

  /** Reads the rows that have changed while the segment was built: no search is to wait for it. */
  private static void follow(SqliteConnection connection, HnswIndex next, VectorColumn column) {
    connection.exec("BEGIN");
    try {
      long seq = ChangeLog.lastSeq(connection);
      next.follow(new VectorMirror.Reader(connection, seq, new long[0], false), column);
    } finally {
      connection.exec("COMMIT");
    }
  }

  /** Waits for other writers, now and then looking whether the work has been stopped. */
  private static void beginWriting(SqliteConnection connection, Task task) {
    for (int attempt = 1; ; attempt++) {
      try {
        connection.exec("BEGIN IMMEDIATE");
        return;
      } catch (StorageException failure) {
        if (failure.kind() != Kind.BUSY || attempt == PUBLISH_ATTEMPTS || task.isStopped()) {
          throw failure;
        }
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    Stream.of(tasks.values().toArray(new Task[0])).forEach(IndexUpkeep::join);
  }
}
