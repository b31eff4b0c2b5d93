package dev.sextant.engine;

import dev.sextant.engine.cache.CacheOptions;
import dev.sextant.engine.cache.DatabaseCache;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.measure.MeasurementStore;
import dev.sextant.engine.numa.Placements;
import dev.sextant.engine.route.client.HttpChatClient;
import dev.sextant.engine.route.client.LocalChatClient;
import dev.sextant.engine.route.client.LoopbackServer;
import dev.sextant.engine.route.ledger.RoutingLog;
import dev.sextant.engine.route.serve.Pause;
import dev.sextant.engine.route.serve.Router;
import dev.sextant.engine.route.serve.RouterParts;
import dev.sextant.engine.statement.StatementStatistics;
import dev.sextant.engine.udf.AuditLog;
import dev.sextant.engine.udf.FunctionLibrary;
import dev.sextant.engine.udf.Runtimes;
import dev.sextant.engine.vector.VectorIndexes;
import dev.sextant.engine.vector.VectorTables;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.NodeWorkers;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.probe.HostProbes;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.vector.KernelProvider;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One open database: its file, its settings and all that its connections share. */
public final class Database implements AutoCloseable {
  /** What the names of settings of placement begin with. */
  private static final String NUMA = "numa.";

  private final Optional<Path> file;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final KernelProvider kernels;
  private final MemoryBudget memory;
  private final VectorTables vectors;
  private final EmbeddingModels models;
  private final DatabaseCache cache;
  private final NumaMachine numa;
  private final Placements placements;
  private final FunctionLibrary functions;
  private final LocalChatClient chats = new LocalChatClient(HttpChatClient::http);
  private final Router router;
  private final HostProbes probes = HostProbes.host();
  private final MeasurementStore measurements;
  private final StatementStatistics statements = new StatementStatistics();
  private final InstantSource clock = InstantSource.system();
  private volatile Settings settings;

  /**
   * A database, opened by its first session.
   *
   * @param file the SQLite file; empty for a private database in memory
   * @param settings see {@link Settings#all()}
   */
  public Database(Optional<Path> file, Settings settings) {
    this(file, settings, NumaMachine.host());
  }

  /**
   * A database that takes the machine to be another one.
   *
   * @param numa the machine
   */
  public Database(Optional<Path> file, Settings settings, NumaMachine numa) {
    this(file, settings, numa, Runtimes.builtIn(FunctionLibrary.steady(System::nanoTime)));
  }

  /**
   * A database whose users' functions run elsewhere.
   *
   * @param runtimes run functions that are not written in SQL
   */
  public Database(Optional<Path> file, Settings settings, Runtimes runtimes) {
    this(file, settings, NumaMachine.host(), runtimes);
  }

  private Database(Optional<Path> file, Settings settings, NumaMachine numa, Runtimes runtimes) {
    this.numa = numa;
    this.file = file.map(path -> path.toAbsolutePath().normalize());
    this.settings = settings;
    try {
      this.kernels = KernelProvider.select(settings.get(Settings.KERNEL));
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    }
    this.memory = new MemoryBudget(settings.getLong(Settings.MEMORY_LIMIT));
    this.placements = new Placements(numa, memory, this::rules, clock);
    this.vectors = new VectorTables(placements, kernels.kernels(), indexHome(), clock);
    this.models = new EmbeddingModels((int) settings.getLong(Settings.THREADS), home());
    this.cache = new DatabaseCache(cacheOptions(settings), placements, clock);
    Optional<Path> written = isReadOnly() ? Optional.empty() : folder();
    this.measurements =
        new MeasurementStore(written.map(folder -> folder.resolve("measurements.db")), clock);
    this.functions =
        new FunctionLibrary(
            runtimes,
            new AuditLog(written.map(folder -> folder.resolve("audit.db")), clock, AuditLog.KEPT),
            () -> this.settings.get(Settings.SANDBOX_PROCESSES).equals("on"),
            System::nanoTime);
    this.router = routed(written.map(folder -> folder.resolve("routing.db")));
  }

  private Router routed(Optional<Path> log) {
    return new Router(
        new RouterParts(
            clock,
            System::nanoTime,
            chats,
            new RoutingLog(log, clock, () -> settings.get(Settings.ROUTE_LOG_TEXT).equals("on")),
            Pause.real(),
            secret -> secret.read(System::getenv, home()),
            new SecureRandom().nextLong()));
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
    return folder()
        .map(folder -> new VectorIndexes.Home(folder, this::openConnection, !isReadOnly()))
        .orElse(null);
  }

  /** The folder beside the file that holds what is derived from it. */
  private Optional<Path> folder() {
    return file.map(path -> path.resolveSibling(path.getFileName() + "-sextant"));
  }

  /** What relative paths are relative to: the database's folder, else the working directory. */
  private Path home() {
    Path parent = file.map(Path::getParent).orElse(null);
    return parent == null ? Path.of("").toAbsolutePath() : parent;
  }

  private boolean isReadOnly() {
    return settings.get(Settings.MODE).equals("ro");
  }

  private CacheOptions cacheOptions(Settings wanted) {
    return CacheSettings.options(wanted, isReadOnly() ? Optional.empty() : folder());
  }

  /**
   * Changes a setting of the embedding cache, of sandboxes, of placement or of routing, for all
   * connections and until the database is closed.
   *
   * @throws SextantException {@code 22023} for a name or a value that is not allowed
   */
  public synchronized void set(String name, String value) {
    Settings.Setting setting = Settings.find(name);
    Settings wanted = settings.with(setting, value);
    if (setting.equals(Settings.ROUTE_LOG_TEXT)) {
      settings = wanted;
      return;
    }
    if (setting.equals(Settings.SANDBOX_PROCESSES)) {
      settings = wanted;
      if (wanted.get(setting).equals("off")) {
        functions.stopProcesses();
      }
      return;
    }
    if (setting.name().startsWith(NUMA)) {
      settings = wanted;
      return;
    }
    if (!setting.name().startsWith(CacheSettings.PREFIX)) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Property \""
              + setting.name()
              + "\" cannot change while the database is open: give it when connecting.");
    }
    cache.reconfigure(cacheOptions(wanted));
    settings = wanted;
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

  /** The settings in force. */
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

  /** The machine's nodes, read when they are first asked for. */
  public NumaMachine numa() {
    return numa;
  }

  /** What is placed on the machine's nodes. */
  public Placements placements() {
    return placements;
  }

  private Placements.Rules rules() {
    String enforcement = settings.get(Settings.NUMA_ENFORCEMENT);
    String steal = settings.get(Settings.NUMA_STEAL);
    return new Placements.Rules(
        Enforcement.valueOf(enforcement.toUpperCase(Locale.ROOT)),
        NodeWorkers.Steal.valueOf(steal.toUpperCase(Locale.ROOT)));
  }

  /** What time is taken by. */
  public InstantSource clock() {
    return clock;
  }

  /** The embedding models. */
  public EmbeddingModels models() {
    return models;
  }

  /** The cache that all embedding goes through. */
  public DatabaseCache cache() {
    return cache;
  }

  /** Users' functions. */
  public FunctionLibrary functions() {
    return functions;
  }

  /** Chat models by route. */
  public Router router() {
    return router;
  }

  /** The server of this process that stubs and replays are asked at. */
  public LoopbackServer loopback() {
    return chats.loopback();
  }

  /** What is counted of threads. */
  public HostProbes probes() {
    return probes;
  }

  /** Measurements that were made. */
  public MeasurementStore measurements() {
    return measurements;
  }

  /** What statements have cost. */
  public StatementStatistics statements() {
    return statements;
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
    cache.close();
    functions.close();
    placements.close();
    router.close();
    measurements.close();
  }
}
