package dev.sextant.udf.linux;

/** Another process at the end of two pipes. */
public interface Peer extends AutoCloseable {
  /** Its number. */
  int number();

  /** What it reads. */
  Descriptor input();

  /** What it wrote. */
  Descriptor output();

  /** Ends it, if it has not ended. */
  void kill();

  /** Waits for its end, which has to be near: its exit status, or 128 and the signal's number. */
  int await();

  /** Ends it and closes the pipes. */
  @Override
  void close();
}
