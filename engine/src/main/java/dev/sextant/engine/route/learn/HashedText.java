package dev.sextant.engine.route.learn;

import java.util.Locale;

/*
 * Feature hashing (Weinberger et al., arXiv 0902.2206): each word and each pair of words adds +1 or
 * -1 to one of the dimensions, by its hash; the sums are damped by the square root and brought to
 * unit length. A last dimension holds the logarithm of the length of the text.
 */
/** Features of a text without a model: cheap, and an honest baseline for embeddings. */
public final class HashedText {
  private static final double LENGTH_SCALE = 0.1;

  private final int dimensions;

  /** Features of a number of dimensions, at least 2. */
  public HashedText(int dimensions) {
    if (dimensions < 2) {
      throw new IllegalArgumentException("Hashed text needs 2 dimensions; got " + dimensions);
    }
    this.dimensions = dimensions;
  }

  /** The features of a text. */
  public float[] features(String text) {
    double[] sums = new double[dimensions];
    int before = 0;
    int word = 0;
    boolean inside = false;
    String lower = text.toLowerCase(Locale.ROOT) + " ";
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (Character.isLetterOrDigit(c)) {
        word = 31 * (inside ? word : 7) + c;
        inside = true;
      } else if (inside) {
        add(sums, mix(word));
        add(sums, mix(31 * before + word));
        before = mix(word);
        inside = false;
      }
    }
    return scaled(sums, text.length());
  }

  private void add(double[] sums, int hash) {
    sums[Math.floorMod(hash >>> 1, dimensions - 1)] += (hash & 1) == 0 ? 1 : -1;
  }

  private float[] scaled(double[] sums, int length) {
    double squares = 0;
    for (double sum : sums) {
      squares += Math.abs(sum);
    }
    float[] features = new float[dimensions];
    for (int i = 0; squares > 0 && i < dimensions; i++) {
      features[i] = (float) (Math.signum(sums[i]) * Math.sqrt(Math.abs(sums[i]) / squares));
    }
    features[dimensions - 1] = (float) (LENGTH_SCALE * StrictMath.log1p(length));
    return features;
  }

  /** The finalizer of MurmurHash3, which is in the public domain. */
  private static int mix(int value) {
    int h = value;
    h = (h ^ (h >>> 16)) * 0x85ebca6b;
    h = (h ^ (h >>> 13)) * 0xc2b2ae35;
    return h ^ (h >>> 16);
  }
}
