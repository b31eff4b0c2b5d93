package dev.sextant.storage.vector;

/** The limits of vectors and of the store that holds them. */
public final class VectorLimits {
  /** The most dimensions a vector may have. */
  public static final int MAX_DIMENSIONS = 16_000;

  /** The most characters of a malformed vector text that a message quotes. */
  public static final int MAX_QUOTED_CHARS = 40;

  /** The most row versions, dead ones included, that one store holds. */
  public static final int MAX_SLOTS = 1 << 30;

  /** How many rows a search may score between two looks at its cancel signal. */
  public static final int ROWS_PER_CANCEL_CHECK = 4096;

  private VectorLimits() {}
}
