package dev.sextant.udf;

/** Takes what has to be remembered of functions; any thread may call it. */
@FunctionalInterface
public interface AuditSink {
  /** Remembers an event. */
  void record(AuditEvent event);
}
