package dev.sextant.storage.probe;

/** One way to read counters of the thread that opened it, without allocating. */
interface Facility extends AutoCloseable {

  /**
   * Reads its counters.
   *
   * @param into takes each at its {@link Counter#slot}
   */
  void read(long[] into);

  @Override
  void close();
}
