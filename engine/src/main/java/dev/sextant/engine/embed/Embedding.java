package dev.sextant.engine.embed;

/** A text's vector, and whether the model saw all of the text. */
public final class Embedding {
  private final float[] vector;
  private final int tokens;
  private final boolean truncated;

  /**
   * A vector as a model gave it.
   *
   * @param vector not copied
   * @param tokens of the whole text
   * @param truncated whether the model left some of them out
   */
  public Embedding(float[] vector, int tokens, boolean truncated) {
    this.vector = vector;
    this.tokens = tokens;
    this.truncated = truncated;
  }

  /** Unit length; not copied, so the receiver owns it. */
  public float[] vector() {
    return vector;
  }

  /** Tokens of the whole text, the two that mark its start and end included. */
  public int tokens() {
    return tokens;
  }

  /** True where {@link #tokens()} exceeds the model's window and the rest was left out. */
  public boolean truncated() {
    return truncated;
  }
}
