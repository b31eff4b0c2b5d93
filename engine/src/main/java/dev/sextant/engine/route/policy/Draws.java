package dev.sextant.engine.route.policy;

/*
 * Random numbers that are the same on every machine for the same seed: whole numbers by SplitMix64
 * (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014), and all else
 * by StrictMath.
 *
 * Gamma: Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", ACM TOMS 26 (2000),
 * for shapes of 1 and more, which is all that a posterior with a uniform prior needs. The normal
 * numbers are those of Marsaglia's polar method, TOMS 1964.
 */
/** Seeded random numbers. */
final class Draws {
  private long state;

  Draws(long seed) {
    this.state = seed;
  }

  /** From 0, below 1. */
  double uniform() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 11) * 0x1.0p-53;
  }

  /** A Beta number of two shapes of at least 1. */
  double beta(double a, double b) {
    double x = gamma(a);
    return x / (x + gamma(b));
  }

  private double gamma(double shape) {
    double d = shape - 1.0 / 3;
    double c = 1 / StrictMath.sqrt(9 * d);
    while (true) {
      double x = normal();
      double t = 1 + c * x;
      if (t > 0) {
        double v = t * t * t;
        double u = 1 - uniform();
        if (StrictMath.log(u) < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
          return d * v;
        }
      }
    }
  }

  private double normal() {
    while (true) {
      double u = 2 * uniform() - 1;
      double v = 2 * uniform() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        return u * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
      }
    }
  }
}
