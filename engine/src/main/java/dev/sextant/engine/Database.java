package dev.sextant.engine;

import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.VectorIndexes;
import dev.sextant.engine.vector.VectorTables;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.vector.KernelProvider;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One open database: its file, its settings and all that its connections share. */
public final class Database implements AutoCloseable {
  private final Optional<Path> file;
  private final Settings settings;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final KernelProvider kernels;
  private final MemoryBudget memory;
  private final VectorTables vectors;
  private final EmbeddingModels models;
  private final InstantSource clock = InstantSource.system();

  /**
   * A database, opened by its first session.
   *
   * @param file the SQLite file; empty for a private database in memory
   * @param settings see {@link Settings#all()}
   */
  public Database(Optional<Path> file, Settings settings) {
    this.file = file.map(path -> path.toAbsolutePath().normalize());
    this.settings = settings;
    try {
      this.kernels = KernelProvider.select(settings.get(Settings.KERNEL));
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    }
    this.memory = new MemoryBudget(settings.getLong(Settings.MEMORY_LIMIT));
    this.vectors = new VectorTables(memory, kernels.kernels(), indexHome(), clock);
    this.models = new EmbeddingModels((int) settings.getLong(Settings.THREADS));
  }

  /**
   * Opens a connection.
   *
   * @throws SextantException {@code 08001} where the file cannot be opened, {@code 58P01} where it
   *     is no database, {@code 55P03} where it is locked
   */
  public Session connect() {
    if (file.isEmpty() && !sessions.isEmpty()) {
      throw new SextantException(
          ErrorCode.CANNOT_CONNECT,
          "A private database in memory has one connection only; open a file to share it.");
    }
    try {
      Session session = new Session(this, openConnection());
      sessions.add(session);
      return session;
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    }
  }

  void sessionClosed(Session session) {
    sessions.remove(session);
  }

  private VectorIndexes.@Nullable Home indexHome() {
    return file.map(
            path ->
                new VectorIndexes.Home(
                    path.resolveSibling(path.getFileName() + "-sextant"),
                    this::openConnection,
                    !settings.get(Settings.MODE).equals("ro")))
        .orElse(null);
  }

  private SqliteConnection openConnection() {
    return SqliteConnection.open(
        new SqliteConnection.OpenOptions(
            file,
            settings.get(Settings.MODE),
            settings.get(Settings.SYNCHRONOUS),
            (int) Math.min(Integer.MAX_VALUE, settings.getLong(Settings.BUSY_TIMEOUT))));
  }

  /** The file, absolute; empty for a database in memory. */
  public Optional<Path> file() {
    return file;
  }

  /** The settings it was opened with. */
  public Settings settings() {
    return settings;
  }

  /** The distance kernels in use. */
  public KernelProvider kernels() {
    return kernels;
  }

  /** The budget of off-heap memory. */
  public MemoryBudget memory() {
    return memory;
  }

  /** Search of vector columns. */
  public VectorTables vectors() {
    return vectors;
  }

  /** What time is taken by. */
  public InstantSource clock() {
    return clock;
  }

  /** The embedding models. */
  public EmbeddingModels models() {
    return models;
  }

  /** How many connections are open. */
  public int sessionCount() {
    return sessions.size();
  }

  @Override
  public void close() {
    sessions.forEach(Session::close);
    vectors.close();
    models.close();
  }
}
