package dev.sextant.engine.vector;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.DataPlacement;
import dev.sextant.engine.numa.Placements;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The approximate indexes of one database: built by CREATE INDEX and REINDEX, opened when they are
 * first searched, kept up in the background. Safe for many threads.
 */
public final class VectorIndexes implements AutoCloseable {
  private final HnswIndex.Memory memory;
  private final SegmentFiles files;
  private final PlacedSegments segments;
  private final Generations generations;
  private final Set<IndexProgress> running = ConcurrentHashMap.newKeySet();
  private final @Nullable IndexUpkeep upkeep;
  private volatile Known known = new Known(-1, List.of());

  /** The definitions as of a log entry. */
  private record Known(long seq, List<IndexDefinition> definitions) {}

  /**
   * No index yet.
   *
   * @param home where segments are kept; null for a database in memory
   * @param names gives segments names that no other has
   */
  VectorIndexes(
      HnswIndex.Memory memory, Placements placements, @Nullable Home home, RandomGenerator names) {
    this.memory = memory;
    this.files = new SegmentFiles(home == null ? null : home.folder(), memory, names);
    this.segments = new PlacedSegments(files, placements);
    this.generations = new Generations(segments, memory);
    this.upkeep =
        home == null || !home.writable()
            ? null
            : new IndexUpkeep(
                new IndexUpkeep.Place(
                    memory, files, generations, running, placements.machine()::kernel),
                home.connections());
  }

  /**
   * Where the indexes of a file live.
   *
   * @param folder a folder beside the database
   * @param connections opens a connection of its own, for work in the background
   * @param writable whether work in the background is allowed
   */
  public record Home(Path folder, Supplier<SqliteConnection> connections, boolean writable) {}

  /** Begins work in the background once many rows have changed. */
  void foldIfDue(HnswIndex index, VectorColumn column) {
    if (upkeep != null) {
      upkeep.foldIfDue(index, column);
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

  /** The names of all indexes. */
  public static List<String> names(SqliteConnection connection) {
    return IndexCatalog.all(connection).stream().map(IndexDefinition::name).toList();
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
    List<IndexDefinition> candidates =
        request.exact() ? List.of() : definitions(connection, committed);
    for (IndexDefinition definition : candidates) {
      String wanted = request.index();
      if (definition.serves(request.column(), request.metric())
          && (wanted == null || definition.name().equalsIgnoreCase(wanted))
          && !definition.segments().isEmpty()) {
        try {
          return Optional.of(generations.open(definition, request.column()));
        } catch (StorageException failure) {
          notes.add(unusable(definition, request.column(), failure));
        }
      }
    }
    return Optional.empty();
  }

  private String unusable(
      IndexDefinition definition, VectorColumn column, StorageException failure) {
    boolean repairable = upkeep != null && failure.kind() != StorageException.Kind.RESOURCES;
    if (upkeep != null && repairable) {
      upkeep.repair(definition, column);
    }
    return "index \""
        + definition.name()
        + "\" is not used until it is built again"
        + (repairable ? ", which has begun: " : "; REINDEX it: ")
        + failure.getMessage();
  }

  /** How a build runs. */
  public record Build(
      IndexDefinition index, VectorColumn column, int threads, BooleanSupplier cancelled) {}

  /**
   * Defines an index and builds it.
   *
   * @throws SextantException {@code 42P07} where the name is taken, {@code 55P03} where the index
   *     is being built
   */
  public void create(SqliteConnection connection, Build build) {
    requireNew(connection, build.index().name());
    try (SegmentFiles.Lock _ = lock(build.index())) {
      String segment = build(connection, build, "create");
      transaction(
          connection,
          () -> {
            requireNew(connection, build.index().name());
            IndexDefinition index = build.index().with(List.of(segment));
            IndexCatalog.add(connection, build.column().table(), index);
          });
      generations.retire(build.index().name());
      files.sweep(build.index().name(), List.of(segment));
    }
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

  private SegmentFiles.Lock lock(IndexDefinition index) {
    if (upkeep != null) {
      upkeep.stop(index.name());
    }
    return files
        .lock(index.name())
        .orElseThrow(
            () ->
                new SextantException(
                    ErrorCode.DATABASE_BUSY,
                    "Index \""
                        + index.name()
                        + "\" is being built by another connection or process. Try again when it"
                        + " is done."));
  }

  private String build(SqliteConnection connection, Build build, String operation) {
    IndexProgress progress = new IndexProgress(build.index().name(), operation);
    running.add(progress);
    try {
      SegmentBuild segment = new SegmentBuild(memory, build, progress);
      return files.keep(build.index().name(), segment.whole(connection));
    } finally {
      running.remove(progress);
    }
  }

  /**
   * Builds an index anew from the rows of the moment.
   *
   * @throws SextantException {@code 55P03} where the index is being built
   */
  public void rebuild(SqliteConnection connection, Build build) {
    try (SegmentFiles.Lock _ = lock(build.index())) {
      List<String> segments = List.of(build(connection, build, "reindex"));
      transaction(connection, () -> IndexCatalog.publish(connection, build.index(), segments));
      files.sweep(build.index().name(), segments);
    }
  }

  /**
   * Has an index lie elsewhere, now and whenever it is opened.
   *
   * @throws SextantException {@code 53000} where it is to be strict and cannot be had; the index is
   *     as before then
   */
  void place(SqliteConnection connection, Move move) {
    IndexDefinition index = move.index().with(move.placement());
    try (SegmentFiles.Lock _ = lock(index)) {
      transaction(
          connection,
          () -> {
            IndexCatalog.place(connection, index, move.placement());
            generations.place(index, move.column(), move.enforcement());
          });
    }
  }

  /** What an index's placement becomes. */
  public record Move(
      IndexDefinition index,
      VectorColumn column,
      DataPlacement placement,
      Enforcement enforcement) {}

  /** Has a store that is still empty lie as the indexes over its column do. */
  PlacedSegments.PlacedStore placed(
      SqliteConnection connection, VectorColumn column, VectorStore empty) {
    DataPlacement wanted =
        IndexCatalog.all(connection).stream()
            .filter(index -> index.isOn(column))
            .map(IndexDefinition::placement)
            .filter(placement -> !(placement instanceof DataPlacement.Anywhere))
            .findFirst()
            .orElse(new DataPlacement.Anywhere());
    return segments.placed(empty, "column " + column.label(), wanted);
  }

  /** The generations of some definitions, as far as they are open. */
  List<HnswIndex> open(List<IndexDefinition> definitions) {
    return definitions.stream().map(generations::ifOpen).flatMap(Optional::stream).toList();
  }

  /** The definitions as of a log entry have been read. */
  void know(long seq, List<IndexDefinition> definitions) {
    known = new Known(seq, definitions);
  }

  /** The open generations. */
  Collection<HnswIndex> open() {
    return generations.open();
  }

  /** Removes an index. */
  public void drop(SqliteConnection connection, IndexDefinition index) {
    try (SegmentFiles.Lock _ = lock(index)) {
      transaction(connection, () -> IndexCatalog.remove(connection, index));
      generations.retire(index.name());
      files.sweep(index.name(), List.of());
    }
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

  /** A row of {@code sextant.indexes}. */
  public record Status(
      IndexDefinition definition, long rows, long changed, long bytes, long fileBytes) {}

  /** The indexes in the connection's snapshot, and what is known of those that are open. */
  public List<Status> report(SqliteConnection connection) {
    List<Status> report = new ArrayList<>();
    for (IndexDefinition definition : IndexCatalog.all(connection)) {
      report.add(
          generations
              .ifOpen(definition)
              .map(
                  index ->
                      new Status(
                          definition,
                          index.rows(),
                          index.changedRows(),
                          index.bytes(),
                          index.fileBytes()))
              .orElseGet(() -> new Status(definition, -1, -1, -1, -1)));
    }
    return report;
  }

  /** The builds under way. */
  public Collection<IndexProgress> progress() {
    return List.copyOf(running);
  }

  @Override
  public void close() {
    if (upkeep != null) {
      upkeep.close();
    }
    generations.close();
    files.close();
  }
}
