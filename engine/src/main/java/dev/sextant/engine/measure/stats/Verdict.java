package dev.sextant.engine.measure.stats;

/** What a comparison says of the first against the second. */
public enum Verdict {
  FASTER("faster"),
  SLOWER("slower"),
  CANNOT_TELL("cannot tell");

  private final String label;

  Verdict(String label) {
    this.label = label;
  }

  /** As shown to users. */
  public String label() {
    return label;
  }

  /** What an interval of the ratio of the first's time to the second's says. */
  static Verdict of(Interval ratio) {
    return ratio.high() < 1 ? FASTER : ratio.low() > 1 ? SLOWER : CANNOT_TELL;
  }
}
