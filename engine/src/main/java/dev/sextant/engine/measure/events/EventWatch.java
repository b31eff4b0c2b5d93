package dev.sextant.engine.measure.events;

/** Watches the JVM while the thread that opened it measures. One thread. */
public interface EventWatch extends AutoCloseable {

  /** A sample begins. */
  void begin();

  /** It has ended. */
  void end();

  /** Remembers the sample that has ended, to which numbers are given from 0. */
  void commit();

  /** Stops watching and gives all that happened, in the order in which it began. */
  Timeline stop();

  @Override
  void close();
}
