package dev.sextant.engine.udf;

import org.jspecify.annotations.Nullable;

/** The arguments with which a statement will probably call a function, in about that order. */
public interface Upcoming extends AutoCloseable {
  /** The arguments of one call: Long, Double, String, byte[] or null. Null behind the last. */
  @Nullable Object @Nullable [] next();

  /** Ends it. Idempotent. */
  @Override
  void close();
}
