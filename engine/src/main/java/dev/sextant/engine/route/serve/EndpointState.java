package dev.sextant.engine.route.serve;

import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.ErrorClass;
import dev.sextant.engine.route.limit.BreakerOptions;
import dev.sextant.engine.route.limit.CircuitBreaker;
import dev.sextant.engine.route.limit.InFlight;
import dev.sextant.engine.route.limit.TokenBucket;
import dev.sextant.engine.route.policy.Rejection.Reason;
import dev.sextant.engine.route.policy.Standing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What an endpoint grants now, and how it has done. */
final class EndpointState {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final Duration AFTER_RATE_LIMIT = Duration.ofSeconds(1);

  private final Endpoint endpoint;
  private final InstantSource clock;
  private final CircuitBreaker breaker;
  private final Optional<TokenBucket> requests;
  private final Optional<TokenBucket> tokens;
  private final InFlight inFlight;
  private final Health health;

  EndpointState(Endpoint endpoint, InstantSource clock) {
    this.endpoint = endpoint;
    this.clock = clock;
    this.breaker = new CircuitBreaker(BreakerOptions.DEFAULT, clock);
    this.requests = bucket(endpoint.requestsPerMinute(), clock);
    this.tokens = bucket(endpoint.tokensPerMinute(), clock);
    this.inFlight = new InFlight(endpoint.maxInFlight().orElse(Integer.MAX_VALUE));
    this.health = new Health(clock.instant().minus(Health.MEMORY));
  }

  private static Optional<TokenBucket> bucket(OptionalInt perMinute, InstantSource clock) {
    return perMinute.isPresent()
        ? Optional.of(TokenBucket.strict(perMinute.getAsInt(), clock))
        : Optional.empty();
  }

  /** Whether the limits are those of a definition. */
  boolean isOf(Endpoint other) {
    return endpoint.options().equals(other.options()) && endpoint.kind() == other.kind();
  }

  CircuitBreaker breaker() {
    return breaker;
  }

  int inFlight() {
    return inFlight.count();
  }

  OptionalInt maxInFlight() {
    return endpoint.maxInFlight();
  }

  OptionalLong requestsLeft() {
    return left(requests);
  }

  OptionalLong tokensLeft() {
    return left(tokens);
  }

  private static OptionalLong left(Optional<TokenBucket> bucket) {
    return bucket.isPresent() ? OptionalLong.of(bucket.get().available()) : OptionalLong.empty();
  }

  Standing standing(boolean enabled) {
    Standing.Health now =
        !enabled
            ? Standing.Health.DISABLED
            : breaker.wouldAcquire() ? Standing.Health.UP : Standing.Health.BREAKER_OPEN;
    synchronized (health) {
      Instant at = clock.instant();
      return new Standing(now, inFlight.count(), health.successes(at), health.failures(at));
    }
  }

  OptionalDouble latencyMillis() {
    synchronized (health) {
      return health.latencyMillis();
    }
  }

  OptionalDouble outputTokens() {
    synchronized (health) {
      return health.outputTokens();
    }
  }

  /** A call that an endpoint has granted. */
  final class Slot implements AutoCloseable {
    private final InFlight.Call call;
    private final long counted;
    private boolean ended;

    private Slot(InFlight.Call call, long counted) {
      this.call = call;
      this.counted = counted;
    }

    void succeeded(Duration took, long usedTokens, long outputTokens) {
      ended = true;
      breaker.succeeded(took);
      synchronized (health) {
        health.succeeded(clock.instant(), took.toMillis(), outputTokens);
      }
      tokens.ifPresent(bucket -> bucket.giveBack(Math.max(0, counted - usedTokens)));
    }

    void failed(ErrorClass errorClass, Duration took, Optional<Duration> retryAfter) {
      ended = true;
      if (errorClass == ErrorClass.RATE_LIMIT) {
        breaker.openFor(retryAfter.orElse(AFTER_RATE_LIMIT), "it takes no more requests for now");
        return;
      }
      if (errorClass.tellsOfTarget()) {
        breaker.failed(took, errorClass.sqlName());
        synchronized (health) {
          health.failed(clock.instant());
        }
        retryAfter.ifPresent(time -> breaker.openFor(time, "it asked to wait"));
      } else {
        breaker.release();
      }
    }

    /** Ends the call; one of which nothing was said did not take place. */
    @Override
    public void close() {
      call.close();
      if (!ended) {
        ended = true;
        breaker.release();
        requests.ifPresent(bucket -> bucket.giveBack(1));
        tokens.ifPresent(bucket -> bucket.giveBack(counted));
      }
    }
  }

  /** Takes a place for a call; empty where another took the last one. */
  Optional<Slot> acquire(long mostTokens) {
    Optional<InFlight.Call> call = inFlight.tryEnter();
    if (call.isEmpty()) {
      return Optional.empty();
    }
    boolean request = requests.map(bucket -> bucket.tryTake(1)).orElse(true);
    boolean token = request && tokens.map(bucket -> bucket.tryTake(mostTokens)).orElse(true);
    if (token && breaker.tryAcquire()) {
      return Optional.of(new Slot(call.get(), mostTokens));
    }
    if (request) {
      requests.ifPresent(bucket -> bucket.giveBack(1));
    }
    if (token) {
      tokens.ifPresent(bucket -> bucket.giveBack(mostTokens));
    }
    call.get().close();
    return Optional.empty();
  }

  /** When a target that was not eligible for a reason may be; empty for never. */
  Optional<Duration> until(Reason reason, long mostTokens) {
    return switch (reason) {
      case UNHEALTHY -> untilClosed();
      case IN_FLIGHT_LIMIT -> Optional.of(LOOK_AGAIN);
      case RATE_LIMIT_REQUESTS -> requests.map(bucket -> bucket.timeUntil(1));
      case RATE_LIMIT_TOKENS ->
          tokens.flatMap(
              bucket -> {
                long limit = endpoint.tokensPerMinute().orElse(0);
                return mostTokens <= (limit + 1) / 2
                    ? Optional.of(bucket.timeUntil(mostTokens))
                    : Optional.empty();
              });
      case DISABLED,
          ALREADY_TRIED,
          MODEL,
          CAPABILITY,
          CONTEXT_WINDOW,
          OUTPUT_WINDOW,
          PRICE_UNKNOWN,
          MAX_COST,
          OVER_BUDGET,
          MIN_QUALITY,
          DEADLINE,
          NOT_IN_POLICY ->
          Optional.empty();
    };
  }

  private Optional<Duration> untilClosed() {
    CircuitBreaker.Standing standing = breaker.standing();
    return switch (standing.state()) {
      case OPEN -> {
        Duration wait = Duration.between(clock.instant(), standing.openUntil()).plusMillis(1);
        yield Optional.of(wait.isNegative() ? Duration.ZERO : wait);
      }
      case HALF_OPEN -> Optional.of(LOOK_AGAIN);
      case CLOSED -> Optional.of(Duration.ZERO);
      case FORCED_OPEN -> Optional.empty();
    };
  }

  /** Remembers a call of before this database was opened. */
  void remember(Instant at, long latencyMillis, boolean failed, long outputTokens) {
    synchronized (health) {
      if (failed) {
        health.failed(at);
      } else {
        health.succeeded(at, latencyMillis, outputTokens);
      }
    }
  }
}
