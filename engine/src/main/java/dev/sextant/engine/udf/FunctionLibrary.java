package dev.sextant.engine.udf;

import dev.sextant.engine.error.SextantException;
import dev.sextant.udf.AuditSink;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Language;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.worker.SelfTest;
import dev.sextant.udf.worker.WorkerConfig;
import dev.sextant.udf.worker.WorkerRuntime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The functions of a database that are ready to run, shared by its sessions. A function is made
 * ready when it is first opened, and forgotten when no session holds it any more.
 */
public final class FunctionLibrary implements AutoCloseable {
  private final Runtimes runtimes;
  private final AuditLog audit;
  private final BooleanSupplier processes;
  private final LongSupplier nanoTime;
  private final FunctionStatistics statistics = new FunctionStatistics();
  private final Map<Language, FunctionRuntime> running = new EnumMap<>(Language.class);
  private final Map<FunctionDefinition, Shared> shared = new HashMap<>();
  private boolean closed;

  /**
   * A library without functions.
   *
   * @param processes whether functions may run in processes of their own, at the moment
   * @param nanoTime by which calls are timed
   */
  public FunctionLibrary(
      Runtimes runtimes, AuditLog audit, BooleanSupplier processes, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.runtimes = runtimes;
    this.audit = audit;
    this.processes = processes;
  }

  long nanos() {
    return nanoTime.getAsLong();
  }

  /** A clock for deadlines, which nobody sets back. */
  public static InstantSource steady(LongSupplier nanoTime) {
    return () -> Instant.ofEpochSecond(0, nanoTime.getAsLong());
  }

  /** What has to be remembered. */
  public AuditLog audit() {
    return audit;
  }

  /** What calls have cost. */
  public FunctionStatistics statistics() {
    return statistics;
  }

  /** Holds a function, which may be made ready later. */
  public synchronized Lease lease(FunctionDefinition function) {
    Shared held = shared.computeIfAbsent(function, Shared::new);
    held.holders++;
    return new Lease(this, held);
  }

  /** Ends all processes that run functions, since the setting has changed. */
  public void stopProcesses() {
    FunctionRuntime workers;
    synchronized (this) {
      workers = running.remove(Language.JAVASCRIPT);
    }
    if (workers != null) {
      workers.close();
    }
  }

  /** The processes that run functions. */
  public List<WorkerRuntime.Status> workers() {
    return runningWorkers().map(WorkerRuntime::workers).orElse(List.of());
  }

  private synchronized Optional<WorkerRuntime> runningWorkers() {
    return running.get(Language.JAVASCRIPT) instanceof WorkerRuntime ours
        ? Optional.of(ours)
        : Optional.empty();
  }

  /** Lets functions of a name run again that have cost too many processes; whether there were. */
  public boolean release(String name) {
    return runningWorkers().map(workers -> workers.release(name)).orElse(false);
  }

  /**
   * Tries on this host what the sandbox of a profile has to prevent.
   *
   * @throws SextantException {@code 38S02} where processes may not be started, or the host lacks a
   *     layer
   */
  public List<SelfTest.Row> selfTest(SandboxProfile profile) {
    try {
      requireProcesses("The self-test");
      return SelfTest.run(WorkerConfig.allowed(steady(nanoTime), AuditSink.NONE), profile);
    } catch (UdfException failure) {
      throw SextantException.of(failure);
    }
  }

  private void requireProcesses(String what) {
    if (!processes.getAsBoolean()) {
      throw new UdfException(
          Failure.HOST,
          what
              + " runs in a process of its own, and sandbox.processes is off. SET"
              + " sandbox.processes = on lets this process start others; or write functions in SQL,"
              + " WASM or WAT.");
    }
  }

  private synchronized FunctionRuntime runtime(Language language) {
    if (closed) {
      throw new UdfException(Failure.CANCELLED, "The database is closed.");
    }
    Language runs = language == Language.WAT ? Language.WASM : language;
    if (runs == Language.JAVASCRIPT) {
      requireProcesses("A function in JAVASCRIPT");
    }
    FunctionRuntime known = running.get(runs);
    if (known == null) {
      known =
          runtimes
              .make(runs, audit)
              .orElseThrow(
                  () ->
                      new UdfException(
                          Failure.HOST,
                          "Functions in " + language + " cannot run here: nothing runs them."));
      running.put(runs, known);
    }
    return known;
  }

  private void release(Shared held) {
    synchronized (this) {
      held.holders--;
      if (held.holders > 0) {
        return;
      }
      shared.remove(held.function);
    }
    held.close();
  }

  /** A function that sessions hold. Making it ready may take long, and waits for nothing else. */
  private static final class Shared {
    private final FunctionDefinition function;
    private int holders;
    private @Nullable FunctionRuntime runtime;
    private FunctionRuntime.@Nullable Prepared prepared;

    Shared(FunctionDefinition function) {
      this.function = function;
    }

    synchronized FunctionRuntime.Prepared prepared(FunctionRuntime now) {
      FunctionRuntime.Prepared ready = prepared;
      if (ready == null || !now.equals(runtime)) {
        close();
        ready = now.prepare(function);
        prepared = ready;
        runtime = now;
      }
      return ready;
    }

    synchronized void close() {
      if (prepared != null) {
        prepared.close();
        prepared = null;
      }
    }
  }

  /** A session's hold on a function. */
  public static final class Lease implements AutoCloseable {
    private final FunctionLibrary library;
    private final Shared held;
    private boolean released;

    private Lease(FunctionLibrary library, Shared held) {
      this.library = library;
      this.held = held;
    }

    /**
     * Makes the function ready.
     *
     * @throws UdfException DEFINITION or HOST
     */
    public void prepare() {
      held.prepared(library.runtime(held.function.language()));
    }

    /** The function for one statement on one thread. */
    public FunctionRuntime.Instance open() {
      return held.prepared(library.runtime(held.function.language())).open();
    }

    /** Gives the hold back. Idempotent. */
    @Override
    public void close() {
      if (!released) {
        released = true;
        library.release(held);
      }
    }
  }

  /** Ends all processes and forgets all functions. */
  @Override
  public void close() {
    List<Shared> held;
    List<FunctionRuntime> runs;
    synchronized (this) {
      closed = true;
      held = List.copyOf(shared.values());
      shared.clear();
      runs = List.copyOf(running.values());
      running.clear();
    }
    held.forEach(Shared::close);
    runs.forEach(FunctionRuntime::close);
    audit.close();
  }
}
