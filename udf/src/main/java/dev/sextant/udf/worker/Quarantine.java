package dev.sextant.udf.worker;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.util.HashMap;
import java.util.Map;

/** Functions that cost a worker each time they are called. Any thread may use it. */
final class Quarantine {
  /** Workers lost in a row until a function is not run any more. */
  static final int KILLS = 3;

  private final AuditSink audit;
  private final Map<String, Integer> kills = new HashMap<>();

  Quarantine(AuditSink audit) {
    this.audit = audit;
  }

  private static String key(FunctionDefinition function) {
    return function.signature() + "\n" + function.profile().name() + "\n" + function.source();
  }

  /** Fails for a function that is in. */
  synchronized void require(FunctionDefinition function) {
    if (kills.getOrDefault(key(function), 0) >= KILLS) {
      throw new UdfException(
          Failure.QUARANTINED,
          ("Function %s is in quarantine because it cost %d workers in a row. "
                  + "Change it, or release it.")
              .formatted(function.signature(), KILLS));
    }
  }

  /** A worker was lost. */
  synchronized void killed(FunctionDefinition function) {
    if (kills.merge(key(function), 1, Integer::sum) == KILLS) {
      audit.add(
          new AuditSink.Audit(
              function.profile().name(),
              function.signature(),
              AuditSink.Event.QUARANTINE,
              KILLS + " workers lost in a row"));
    }
  }

  /** A call went well. */
  synchronized void succeeded(FunctionDefinition function) {
    if (!kills.isEmpty()) {
      kills.remove(key(function));
    }
  }

  /** Lets all functions of a name out; whether there were some. */
  synchronized boolean release(String name) {
    return kills.keySet().removeIf(key -> key.startsWith(name + "("));
  }
}
