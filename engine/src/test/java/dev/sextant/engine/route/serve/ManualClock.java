package dev.sextant.engine.route.serve;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is told to go on. */
final class ManualClock implements InstantSource {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-06-01T00:00:00Z"));

  void advance(long millis) {
    now.updateAndGet(before -> before.plusMillis(millis));
  }

  @Override
  public Instant instant() {
    return now.get();
  }
}
