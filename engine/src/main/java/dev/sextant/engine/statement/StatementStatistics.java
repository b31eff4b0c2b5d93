package dev.sextant.engine.statement;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the statements of a database have cost since it was opened, by text without literals. The
 * number of texts is bounded: those beyond share one counter. Any thread.
 */
public final class StatementStatistics {
  /** How many texts are told apart. */
  public static final int MAX_TEXTS = 2_000;

  /** Stands for all texts beyond. */
  public static final String OTHERS = "(other statements)";

  private final Map<String, StatementCounter> counters = new ConcurrentHashMap<>();

  /**
   * The counter of a text.
   *
   * @param text without literals
   */
  public StatementCounter of(String text) {
    StatementCounter known = counters.get(text);
    if (known != null) {
      return known;
    }
    String counted = counters.size() < MAX_TEXTS ? text : OTHERS;
    return counters.computeIfAbsent(counted, t -> new StatementCounter());
  }

  /** What was counted, by text. */
  public Map<String, StatementCounter.Report> report() {
    Map<String, StatementCounter.Report> reports = new TreeMap<>();
    counters.forEach(
        (text, counter) -> {
          StatementCounter.Report report = counter.report();
          if (report.calls() > 0) {
            reports.put(text, report);
          }
        });
    return reports;
  }
}
