package dev.sextant.engine.udf;

import dev.sextant.udf.AuditSink;
import java.util.Locale;

/**
 * What the audit remembers.
 *
 * @param function by its signature; empty where it concerns none
 * @param profile of the function
 * @param event what happened, in lower case
 * @param detail one line
 */
public record AuditEvent(String function, String profile, String event, String detail) {
  /** What a sandbox tells. */
  static AuditEvent of(AuditSink.Audit audit) {
    return new AuditEvent(
        audit.function(),
        audit.profile(),
        audit.event().name().toLowerCase(Locale.ROOT),
        audit.detail());
  }
}
