package dev.sextant.udf;

/** Where sandboxes tell what they denied and ended. Called from any thread; has to be quick. */
@FunctionalInterface
public interface AuditSink {
  /** What happened. */
  enum Event {
    /** A system call was refused by the kernel. */
    DENIED_CALL,
    /** What a language lacks on purpose was asked for. */
    DENIED_BY_LANGUAGE,
    /** A function failed in a way that its sandbox stands. */
    TRAP,
    /** A limit was broken, and the function stopped. */
    LIMIT,
    /** A process was ended. */
    KILL,
    /** A process ended by itself. */
    DEATH,
    /** A function was put into quarantine. */
    QUARANTINE,
    /** A function was not run because the host lacks a layer. */
    REFUSAL
  }

  /** Tells nobody. */
  AuditSink NONE = record -> {};

  /**
   * Something that happened.
   *
   * @param profile of the function
   * @param function by name; empty for a worker that ran none
   * @param detail one line, without control characters
   */
  record Audit(String profile, String function, Event event, String detail) {}

  /** Takes what happened. */
  void add(Audit audit);
}
