package dev.sextant.storage.numa.topology;

/** A text that is no list or mask of numbers, and what was wrong with it. */
public final class MalformedIds extends Exception {
  private static final long serialVersionUID = 1L;

  private final String expected;
  private final String got;

  MalformedIds(String expected, String got) {
    super("expected " + expected + " but got " + got);
    this.expected = expected;
    this.got = got;
  }

  /** What should have been there. */
  public String expected() {
    return expected;
  }

  /** What was there. */
  public String got() {
    return got;
  }
}
