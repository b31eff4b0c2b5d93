package dev.sextant.engine.vector;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.storage.vector.hnsw.BuildOptions;
import dev.sextant.storage.vector.hnsw.HnswBuilder;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The approximate indexes of one database: built by CREATE INDEX and REINDEX, opened when they are
 * first searched. Safe for many threads.
 */
public final class VectorIndexes implements AutoCloseable {
  private static final long MIN_CHANGES = 10_000;
  private static final long CHANGED_SHARE = 5;

  private final HnswIndex.Memory memory;
  private final @Nullable Home home;
  private final RandomGenerator names;
  private final Map<String, HnswIndex> open = new ConcurrentHashMap<>();
  private final Map<String, HnswSegment> built = new ConcurrentHashMap<>();
  private final Map<String, String> broken = new ConcurrentHashMap<>();
  private final Set<String> folding = ConcurrentHashMap.newKeySet();
  private final Set<Thread> folds = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;
  private volatile Known known = new Known(-1, List.of());

  /** The definitions as of a log entry. */
  private record Known(long seq, List<IndexDefinition> definitions) {}

  /**
   * No index yet.
   *
   * @param home where segments are kept; null for a database in memory
   * @param names gives segments names that no other has
   */
  VectorIndexes(HnswIndex.Memory memory, @Nullable Home home, RandomGenerator names) {
    this.memory = memory;
    this.home = home;
    this.names = names;
  }

  /**
   * Where the indexes of a file live.
   *
   * @param folder a folder beside the database
   * @param connections opens a connection of its own, for a rebuild in the background
   * @param writable whether rebuilds are allowed
   */
  public record Home(Path folder, Supplier<SqliteConnection> connections, boolean writable) {}

  /** Begins a rebuild in the background once many rows have changed since the last. */
  void foldIfDue(HnswIndex index, VectorColumn column) {
    Home files = home;
    long due = Math.max(MIN_CHANGES, index.segment().rows() / CHANGED_SHARE);
    if (files == null || !files.writable() || closing || index.changedRows() < due) {
      return;
    }
    String segment = String.valueOf(index.definition().segment());
    if (folding.add(segment)) {
      Thread fold =
          Thread.ofPlatform()
              .daemon()
              .name("sextant-fold-" + index.definition().name())
              .unstarted(() -> fold(files, index.definition(), column));
      folds.add(fold);
      fold.start();
    }
  }

  private void fold(Home files, IndexDefinition index, VectorColumn column) {
    try (SqliteConnection connection = files.connections().get()) {
      rebuild(connection, new Build(index, column, 1, () -> closing));
    } catch (RuntimeException failure) {
      if (!closing) {
        System.getLogger(VectorIndexes.class.getName())
            .log(
                System.Logger.Level.WARNING,
                () -> "Index \"" + index.name() + "\" could not be rebuilt",
                failure);
      }
    } finally {
      folds.remove(Thread.currentThread());
    }
  }

  /** The definitions in a snapshot whose last committed log entry is {@code committed}. */
  private List<IndexDefinition> definitions(SqliteConnection connection, long committed) {
    Known last = known;
    if (last.seq() != committed) {
      last = new Known(committed, IndexCatalog.all(connection));
      known = last;
    }
    return last.definitions();
  }

  /** The index of that name, in any case. */
  public static Optional<IndexDefinition> find(SqliteConnection connection, String name) {
    return IndexCatalog.find(connection, name);
  }

  /** The definition that a search of a column by a metric would use. */
  public static Optional<IndexDefinition> serving(
      SqliteConnection connection, VectorColumn column, Metric metric) {
    return IndexCatalog.all(connection).stream().filter(i -> i.serves(column, metric)).findFirst();
  }

  /**
   * The open index that serves a search.
   *
   * @param notes told why an index that is defined is not used
   */
  Optional<HnswIndex> usable(
      SqliteConnection connection, long committed, KnnRequest request, List<String> notes) {
    for (IndexDefinition definition : definitions(connection, committed)) {
      if (definition.serves(request.column(), request.metric()) && definition.segment() != null) {
        try {
          return Optional.of(opened(definition, request.column()));
        } catch (StorageException failure) {
          notes.add(
              "index \""
                  + definition.name()
                  + "\" is not used; REINDEX it: "
                  + failure.getMessage());
        }
      }
    }
    return Optional.empty();
  }

  private HnswIndex opened(IndexDefinition definition, VectorColumn column) {
    String segment = Objects.requireNonNull(definition.segment());
    HnswIndex index = open.get(segment);
    if (index != null) {
      return index;
    }
    String failure = broken.get(segment);
    if (failure != null) {
      throw new StorageException(StorageException.Kind.CORRUPT, failure);
    }
    synchronized (this) {
      HnswIndex other = open.get(segment);
      if (other == null) {
        other = new HnswIndex(definition, load(definition, segment), column, memory);
        retire(definition.name());
        open.put(segment, other);
      }
      return other;
    }
  }

  private HnswSegment load(IndexDefinition definition, String segment) {
    HnswSegment inMemory = built.remove(segment);
    if (inMemory != null) {
      return inMemory;
    }
    try {
      return HnswSegment.open(file(definition, segment), memory.budget(), memory.kernels());
    } catch (StorageException failure) {
      if (failure.kind() != StorageException.Kind.RESOURCES) {
        broken.put(segment, String.valueOf(failure.getMessage()));
      }
      throw failure;
    }
  }

  private Path file(IndexDefinition definition, String segment) {
    Home files = home;
    if (files == null) {
      throw new StorageException(
          StorageException.Kind.CLOSED, "The index was built by a connection that is closed.");
    }
    return files.folder().resolve(folderName(definition.name())).resolve(segment);
  }

  /** A folder's name for an index, which may have any characters. */
  private static String folderName(String index) {
    StringBuilder name = new StringBuilder();
    for (char c : index.toLowerCase(java.util.Locale.ROOT).toCharArray()) {
      boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      name.append(plain ? String.valueOf(c) : "%" + Integer.toHexString(c) + ".");
    }
    return name.toString();
  }

  private void retire(String index) {
    open.values()
        .removeIf(
            old -> {
              boolean same = old.definition().name().equalsIgnoreCase(index);
              if (same) {
                old.close();
              }
              return same;
            });
  }

  /** How a build runs. */
  public record Build(
      IndexDefinition index, VectorColumn column, int threads, BooleanSupplier cancelled) {}

  /**
   * Defines an index and builds it.
   *
   * @throws SextantException {@code 42P07} where the name is taken
   */
  public void create(SqliteConnection connection, Build build) {
    requireNew(connection, build.index().name());
    String segment = buildSegment(connection, build);
    transaction(
        connection,
        () -> {
          requireNew(connection, build.index().name());
          IndexDefinition index = build.index();
          IndexCatalog.add(
              connection,
              build.column().table(),
              new IndexDefinition(
                  index.name(), index.logNumber(), index.column(), index.parameters(), segment));
        });
  }

  private static void requireNew(SqliteConnection connection, String name) {
    boolean taken =
        IndexCatalog.find(connection, name).isPresent()
            || connection.queryLong(
                    "SELECT count(*) FROM main.sqlite_schema WHERE name = '"
                        + name.replace("'", "''")
                        + "' COLLATE NOCASE")
                > 0;
    if (taken) {
      throw new SextantException(
          ErrorCode.DUPLICATE_OBJECT,
          "There is already something called \"" + name + "\". Give the index another name.");
    }
  }

  /** Builds an index anew from the rows of the moment. */
  public void rebuild(SqliteConnection connection, Build build) {
    String segment = buildSegment(connection, build);
    transaction(connection, () -> IndexCatalog.publish(connection, build.index(), segment));
    sweep(build.index(), segment);
  }

  /** Removes an index. */
  public void drop(SqliteConnection connection, IndexDefinition index) {
    transaction(connection, () -> IndexCatalog.remove(connection, index));
    retire(index.name());
    sweep(index, "");
  }

  private static void transaction(SqliteConnection connection, Runnable action) {
    connection.exec("BEGIN IMMEDIATE");
    try {
      action.run();
      connection.exec("COMMIT");
    } catch (RuntimeException failure) {
      connection.exec("ROLLBACK");
      throw failure;
    }
  }

  private String buildSegment(SqliteConnection connection, Build build) {
    VectorColumn column = build.column();
    connection.exec("BEGIN");
    try (HnswBuilder builder =
        new HnswBuilder(
            build.index().parameters(), column.dimensions(), memory.budget(), memory.kernels())) {
      long seq = ChangeLog.lastSeq(connection);
      read(connection, column, builder, build.cancelled());
      connection.exec("COMMIT");
      HnswSegment segment =
          builder.build(
              seq, new BuildOptions(build.threads(), 42, (done, total) -> {}, build.cancelled()));
      return keep(build.index(), segment, seq);
    } catch (RuntimeException failure) {
      if (connection.inTransaction()) {
        connection.exec("ROLLBACK");
      }
      throw failure;
    }
  }

  private static void read(
      SqliteConnection connection,
      VectorColumn column,
      HnswBuilder builder,
      BooleanSupplier cancelled) {
    String vector = ChangeLog.quote(column.column());
    try (SqliteStatement rows =
        connection.prepare(
            "SELECT "
                + ChangeLog.quote(column.key())
                + ", "
                + vector
                + " FROM main."
                + ChangeLog.quote(column.table())
                + " WHERE typeof("
                + vector
                + ") = 'blob' AND length("
                + vector
                + ") = "
                + 4 * column.dimensions()
                + " ORDER BY 1")) {
      while (rows.step()) {
        float[] values = VectorCodec.decode(Objects.requireNonNull(rows.getBlob(1)));
        if (isFinite(values)) {
          builder.add(rows.getLong(0), values);
        }
        if (cancelled.getAsBoolean()) {
          throw new StorageException(StorageException.Kind.INTERRUPTED, "The build was cancelled.");
        }
      }
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

  private String keep(IndexDefinition index, HnswSegment segment, long seq) {
    String name = seq + "-" + Long.toHexString(names.nextLong()) + ".seg";
    if (home == null) {
      built.put(name, segment);
      return name;
    }
    try (segment) {
      Path file = file(index, name);
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      segment.write(file);
      return name;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Deletes an index's files but one. */
  private void sweep(IndexDefinition index, String kept) {
    if (home == null) {
      return;
    }
    Path files = home.folder().resolve(folderName(index.name()));
    if (!Files.isDirectory(files)) {
      return;
    }
    try (Stream<Path> list = Files.list(files)) {
      for (Path file : list.toList()) {
        if (!String.valueOf(file.getFileName()).equals(kept)) {
          Files.deleteIfExists(file);
        }
      }
      if (kept.isEmpty()) {
        Files.deleteIfExists(files);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A row of {@code sextant.indexes}. */
  public record Status(
      IndexDefinition definition, long rows, long changed, long bytes, long fileBytes) {}

  /** The indexes in the connection's snapshot, and what is known of those that are open. */
  public List<Status> report(SqliteConnection connection) {
    List<Status> report = new ArrayList<>();
    for (IndexDefinition definition : IndexCatalog.all(connection)) {
      String segment = definition.segment();
      HnswIndex index = segment == null ? null : open.get(segment);
      report.add(
          index == null
              ? new Status(definition, -1, -1, -1, -1)
              : new Status(
                  definition,
                  index.segment().rows(),
                  index.changedRows(),
                  index.segment().bytes(),
                  index.segment().fileBytes()));
    }
    return report;
  }

  @Override
  public void close() {
    closing = true;
    for (Thread fold : folds) {
      try {
        fold.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    open.values().forEach(HnswIndex::close);
    open.clear();
    built.values().forEach(HnswSegment::close);
    built.clear();
  }
}
