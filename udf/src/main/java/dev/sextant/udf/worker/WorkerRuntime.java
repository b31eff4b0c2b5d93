package dev.sextant.udf.worker;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Language;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SandboxProfile.Layer;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.linux.Capabilities;
import dev.sextant.udf.linux.Kernel;
import dev.sextant.udf.linux.NativeException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs JavaScript in processes of their own. They are started when the first function needs one,
 * and all end when this is closed. Any thread may use it.
 */
public final class WorkerRuntime implements FunctionRuntime {
  private final WorkerConfig config;
  private final Capabilities capabilities;
  private final Quarantine quarantine;
  private final Map<SandboxProfile, WorkerPool> pools = new HashMap<>();
  private Optional<WorkerLauncher> launcher = Optional.empty();
  private boolean closed;

  /**
   * A worker as a row.
   *
   * @param profile whose functions it runs
   * @param process its number
   * @param functions how many it holds
   * @param busy how long it has been running functions
   */
  public record Status(String profile, int process, int functions, Duration busy) {}

  /** A runtime that starts nothing yet. */
  public WorkerRuntime(WorkerConfig config) {
    this(config, Capabilities.probe());
  }

  /** A runtime on a host with some capabilities. */
  WorkerRuntime(WorkerConfig config, Capabilities capabilities) {
    this.config = config;
    this.capabilities = capabilities;
    this.quarantine = new Quarantine(config.audit());
  }

  /** What this host offers. */
  public Capabilities capabilities() {
    return capabilities;
  }

  /** How workers are run. */
  public WorkerConfig config() {
    return config;
  }

  /** The workers there are. */
  public List<Status> workers() {
    List<WorkerPool> all;
    synchronized (this) {
      all = new ArrayList<>(pools.values());
    }
    return all.stream().flatMap(pool -> pool.status().stream()).toList();
  }

  /** Lets all functions of a name out of quarantine; whether there were some. */
  public boolean release(String name) {
    return quarantine.release(name);
  }

  @Override
  public Prepared prepare(FunctionDefinition function) {
    if (function.language() != Language.JAVASCRIPT) {
      throw new UdfException(
          Failure.DEFINITION,
          "Function %s is in %s, and workers run JAVASCRIPT."
              .formatted(function.signature(), function.language()));
    }
    quarantine.require(function);
    WorkerPool pool = pool(function);
    WorkerFunction prepared = new WorkerFunction(function, pool, quarantine, config);
    prepared.open().close();
    return prepared;
  }

  /**
   * Fails where this host cannot run functions of a profile.
   *
   * @throws UdfException HOST with what is missing and what the kernel said
   */
  public void requireHost(SandboxProfile profile) {
    if (!config.processesAllowed()) {
      throw refusal(
          profile,
          "JavaScript runs in processes of its own, which this database may not start. "
              + "Open it with sandbox.processes=on.");
    }
    List<String> missing = new ArrayList<>();
    for (Layer layer : capabilities.missing(profile.required())) {
      String name = layer.name().toLowerCase(Locale.ROOT);
      missing.add(name + " (" + capabilities.row(name).detail() + ")");
    }
    for (String needed : List.of("linux", "spawn")) {
      if (!capabilities.row(needed).available()) {
        missing.add(needed + " (" + capabilities.row(needed).detail() + ")");
      }
    }
    if (!missing.isEmpty()) {
      throw refusal(
          profile,
          ("Sandbox profile \"%s\" requires what this host lacks: %s. "
                  + "Write the function in WAT or SQL.")
              .formatted(
                  profile.name(), missing.stream().sorted().collect(Collectors.joining(", "))));
    }
  }

  private UdfException refusal(SandboxProfile profile, String message) {
    config.audit().add(new AuditSink.Audit(profile.name(), "", AuditSink.Event.REFUSAL, message));
    return new UdfException(Failure.HOST, message);
  }

  private synchronized WorkerPool pool(FunctionDefinition function) {
    if (closed) {
      throw new UdfException(Failure.WORKER, "The workers are closed.");
    }
    SandboxProfile profile = function.profile();
    requireHost(profile);
    WorkerLauncher starter = launcher.orElseGet(() -> newLauncher(profile));
    launcher = Optional.of(starter);
    return pools.computeIfAbsent(
        profile, key -> new WorkerPool(key, () -> Worker.start(starter, key), config.spare()));
  }

  private WorkerLauncher newLauncher(SandboxProfile profile) {
    try {
      return new WorkerLauncher(config, Kernel.find().orElseThrow(), capabilities);
    } catch (NativeException | UncheckedIOException refused) {
      throw refusal(profile, "This host cannot start workers: " + refused.getMessage());
    }
  }

  @Override
  public void close() {
    List<WorkerPool> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(pools.values());
      pools.clear();
    }
    all.forEach(WorkerPool::close);
    synchronized (this) {
      launcher.ifPresent(WorkerLauncher::close);
      launcher = Optional.empty();
    }
  }
}
