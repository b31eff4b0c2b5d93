package dev.sextant.udf.worker;

import dev.sextant.udf.AuditSink;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/**
 * How workers are run.
 *
 * @param processesAllowed whether this process may start others; an embedder has to want that
 * @param java the executable that workers run on
 * @param clock by which deadlines are kept
 * @param audit where denials and ends are told
 * @param spare whether one more worker than needed is kept ready
 * @param listen whether refused system calls are listened to, which costs a thread
 */
public record WorkerConfig(
    boolean processesAllowed,
    Path java,
    InstantSource clock,
    AuditSink audit,
    boolean spare,
    boolean listen) {
  /** How long a worker may take to start. */
  static final Duration START_TIME = Duration.ofSeconds(30);

  /** With processes, on this process's own JDK. */
  public static WorkerConfig allowed(InstantSource clock, AuditSink audit) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new WorkerConfig(true, java, clock, audit, true, true);
  }

  /** Without processes: every function is refused. */
  public static WorkerConfig refused(InstantSource clock, AuditSink audit) {
    WorkerConfig allowed = allowed(clock, audit);
    return new WorkerConfig(false, allowed.java, clock, audit, false, false);
  }
}
