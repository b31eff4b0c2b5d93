package dev.sextant.engine.measure.stats;

/** The binomial distribution. */
final class Binomial {
  private static final double NEGLIGIBLE = 1e-18;

  private Binomial() {}

  /** The probability of at least so many hits in so many draws. */
  static double atLeast(int hits, int draws, double chance) {
    if (hits <= 0 || chance >= 1) {
      return 1;
    }
    if (hits > draws || chance <= 0) {
      return 0;
    }
    // The sum runs from the likeliest number of hits away, so that it may stop early.
    int mode = Math.min(draws, (int) Math.floor((draws + 1) * chance));
    double odds = chance / (1 - chance);
    double below = 0;
    double above = 0;
    double term = 1;
    for (int i = mode; i <= draws && term > NEGLIGIBLE; i++) {
      if (i >= hits) {
        above += term;
      } else {
        below += term;
      }
      term *= odds * (draws - i) / (i + 1.0);
    }
    term = mode / (odds * (draws - mode + 1.0));
    for (int i = mode - 1; i >= 0 && term > NEGLIGIBLE; i--) {
      if (i >= hits) {
        above += term;
      } else {
        below += term;
      }
      term *= i / (odds * (draws - i + 1.0));
    }
    return above / (above + below);
  }
}
