package dev.sextant.engine.measure;

import dev.sextant.engine.measure.Confounder.Kind;
import java.util.Set;

/**
 * A disturbance that the instrument made itself, and whether it was found.
 *
 * @param injected what was done
 * @param nanos how long it took
 * @param explained the share that was attributed
 * @param outcome whether it was attributed to what it was
 * @param detail what it was attributed to, or why that cannot be told
 */
public record SelfCheck(
    String injected, long nanos, double explained, Outcome outcome, String detail) {
  /** The share that has to be attributed. */
  public static final double LEAST = 0.9;

  /** How it went. */
  public enum Outcome {
    /** It was attributed. */
    PASSED,
    /** It was not: what the instrument says of other samples is not to be trusted. */
    FAILED,
    /** A facility is missing. */
    NOT_POSSIBLE
  }

  /** Judges what was found of an injected disturbance. */
  static SelfCheck of(String injected, long nanos, Attribution.Found found, Set<Kind> wanted) {
    boolean named = found.confounders().stream().anyMatch(c -> wanted.contains(c.kind()));
    String detail =
        found.confounders().stream()
            .map(c -> c.kind().sqlName() + " " + c.nanos() / 1_000 + " us")
            .reduce((a, b) -> a + ", " + b)
            .orElse("nothing");
    double share = Double.isNaN(found.explained()) ? 0 : found.explained();
    Outcome outcome = named && share >= LEAST ? Outcome.PASSED : Outcome.FAILED;
    return new SelfCheck(injected, nanos, share, outcome, detail);
  }
}
