package dev.sextant.engine.route.limit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/*
 * The level is a whole number of parts, of which a token has as many as a minute has nanoseconds,
 * and each nanosecond adds as many parts as the bucket gets tokens a minute: nothing is rounded,
 * ever. A bucket never grants more than capacity + refill in any minute; one that is strict sets
 * capacity + refill - 1 to the limit, and since tokens are whole and a minute ends before its last
 * moment, no minute sees more than the limit.
 */
/** A rate limit, of requests or of tokens a minute, that allows bursts up to its capacity. */
public final class TokenBucket {
  /** The most tokens that a bucket holds or gets a minute. */
  public static final long MAX_TOKENS = 50_000_000;

  private static final long PARTS = Duration.ofMinutes(1).toNanos();

  private final long capacity;
  private final long perMinute;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private long parts;
  private Instant filledAt;

  /** A full bucket. */
  public TokenBucket(long capacity, long perMinute, InstantSource clock) {
    if (capacity < 1 || capacity > MAX_TOKENS || perMinute < 1 || perMinute > MAX_TOKENS) {
      throw new IllegalArgumentException(
          "A rate limit has 1 to " + MAX_TOKENS + " tokens; got " + capacity + ", " + perMinute);
    }
    this.capacity = capacity;
    this.perMinute = perMinute;
    this.clock = clock;
    this.parts = capacity * PARTS;
    this.filledAt = clock.instant();
  }

  /** A bucket that grants no more than a limit in any minute, the first one too. */
  public static TokenBucket strict(long limit, InstantSource clock) {
    long burst = (limit + 1) / 2;
    return new TokenBucket(burst, limit - burst + 1, clock);
  }

  /** Takes tokens where there are enough. A request for more than the capacity never gets them. */
  public boolean tryTake(long tokens) {
    requireCount(tokens);
    lock.lock();
    try {
      fill();
      if (tokens > capacity || parts < tokens * PARTS) {
        return false;
      }
      parts -= tokens * PARTS;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives back tokens that were taken and not used, as far as the bucket holds them. */
  public void giveBack(long tokens) {
    requireCount(tokens);
    lock.lock();
    try {
      fill();
      parts =
          tokens >= capacity
              ? capacity * PARTS
              : Math.min(capacity * PARTS, parts + tokens * PARTS);
    } finally {
      lock.unlock();
    }
  }

  /** The whole tokens that are there now. */
  public long available() {
    lock.lock();
    try {
      fill();
      return parts / PARTS;
    } finally {
      lock.unlock();
    }
  }

  /** The time until there are enough tokens if nobody takes any; zero where there are. */
  public Duration timeUntil(long tokens) {
    requireCount(tokens);
    if (tokens > capacity) {
      throw new IllegalArgumentException(
          "A bucket of " + capacity + " tokens never holds " + tokens + ". Raise the limit.");
    }
    lock.lock();
    try {
      fill();
      long missing = Math.max(0, tokens * PARTS - parts);
      return Duration.ofNanos(Math.ceilDiv(missing, perMinute));
    } finally {
      lock.unlock();
    }
  }

  private void fill() {
    Instant now = clock.instant();
    if (!now.isAfter(filledAt)) {
      return;
    }
    long room = capacity * PARTS - parts;
    Duration passed = Duration.between(filledAt, now);
    Duration toFull = Duration.ofNanos(Math.ceilDiv(room, perMinute));
    parts = passed.compareTo(toFull) >= 0 ? capacity * PARTS : parts + passed.toNanos() * perMinute;
    filledAt = now;
  }

  private static void requireCount(long tokens) {
    if (tokens < 0) {
      throw new IllegalArgumentException("Tokens are counted from 0; got " + tokens);
    }
  }
}
