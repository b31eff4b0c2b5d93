package dev.sextant.engine.route.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.engine.route.limit.BreakerOptions.Wait;
import dev.sextant.engine.route.limit.BreakerOptions.Window;
import dev.sextant.engine.route.limit.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The breaker beside that of resilience4j, and what it does beyond it. */
class CircuitBreakerTest {
  private static BreakerOptions options(Random random) {
    Window.Kind kind = random.nextBoolean() ? Window.Kind.CALLS : Window.Kind.SECONDS;
    boolean constant = random.nextBoolean();
    Duration first = Duration.ofMillis(200L + random.nextInt(3000));
    return new BreakerOptions(
        new Window(kind, 1 + random.nextInt(12)),
        5 + random.nextInt(96),
        5 + random.nextInt(96),
        Duration.ofMillis(100),
        1 + random.nextInt(8),
        constant ? Wait.constant(first) : new Wait(first, 2, Duration.ofSeconds(9)),
        1 + random.nextInt(5));
  }

  private static io.github.resilience4j.circuitbreaker.CircuitBreaker oracle(
      BreakerOptions options, VirtualClock clock) {
    boolean calls = options.window().kind() == Window.Kind.CALLS;
    IntervalFunction waits = opening -> waitMillis(options.openTime(), opening);
    return io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
        "oracle",
        CircuitBreakerConfig.custom()
            .clock(clock)
            .slidingWindow(
                options.window().size(),
                options.minimumCalls(),
                calls ? SlidingWindowType.COUNT_BASED : SlidingWindowType.TIME_BASED)
            .failureRateThreshold((float) options.failurePercent())
            .slowCallRateThreshold((float) options.slowPercent())
            .slowCallDurationThreshold(options.slowCall())
            .permittedNumberOfCallsInHalfOpenState(options.trialCalls())
            .waitIntervalFunctionInOpenState(waits)
            .build());
  }

  private static long waitMillis(Wait wait, int opening) {
    long millis = wait.first().toMillis();
    for (int i = 1; i < opening && millis < wait.longest().toMillis(); i++) {
      millis = (long) (millis * wait.factor());
    }
    return Math.min(millis, wait.longest().toMillis());
  }

  /** How often each state was seen, so that the comparison is not one of closed breakers. */
  private final Map<State, Integer> seen = new EnumMap<>(State.class);

  @Property(tries = 400)
  void itsStatesAreThoseOfResilience4j(@ForAll long seed) {
    Random random = new Random(seed);
    BreakerOptions options = options(random);
    VirtualClock clock = new VirtualClock();
    CircuitBreaker ours = new CircuitBreaker(options, clock);
    var theirs = oracle(options, clock);
    int failing = random.nextInt(101);
    int underWay = 0;
    for (int step = 0; step < 300; step++) {
      if (random.nextInt(40) == 0) {
        failing = random.nextInt(101);
      }
      int action = random.nextInt(10);
      if (action < 4) {
        boolean admitted = ours.tryAcquire();
        assertThat(admitted)
            .as("admitted at step %d", step)
            .isEqualTo(theirs.tryAcquirePermission());
        underWay += admitted ? 1 : 0;
      } else if (action < 8 && underWay > 0) {
        underWay--;
        finish(random, failing, ours, theirs);
      } else if (action == 8 && underWay > 0 && random.nextInt(6) == 0) {
        underWay--;
        ours.release();
        theirs.releasePermission();
      } else {
        clock.advance(Duration.ofMillis(random.nextInt(random.nextInt(5) == 0 ? 6000 : 300)));
      }
      State state = ours.standing().state();
      seen.merge(state, 1, Integer::sum);
      assertThat(state.name()).as("step %d", step).isEqualTo(theirs.getState().name());
    }
  }

  private static void finish(
      Random random,
      int failing,
      CircuitBreaker ours,
      io.github.resilience4j.circuitbreaker.CircuitBreaker theirs) {
    Duration took = Duration.ofMillis(random.nextInt(8) == 0 ? 101 : random.nextInt(101));
    if (random.nextInt(100) < failing) {
      ours.failed(took, "500");
      theirs.onError(took.toNanos(), TimeUnit.NANOSECONDS, new IllegalStateException("500"));
    } else {
      ours.succeeded(took);
      theirs.onSuccess(took.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  @Test
  void theComparisonSeesEveryState() {
    for (long seed = 0; seed < 60; seed++) {
      itsStatesAreThoseOfResilience4j(seed);
    }
    assertThat(seen.get(State.CLOSED)).isGreaterThan(500);
    assertThat(seen.get(State.OPEN)).isGreaterThan(500);
    assertThat(seen.get(State.HALF_OPEN)).isGreaterThan(500);
  }

  @Test
  void oneFailureDoesNotStarveATarget() {
    CircuitBreaker breaker = new CircuitBreaker(BreakerOptions.DEFAULT, new VirtualClock());
    for (int i = 0; i < 4; i++) {
      assertThat(breaker.tryAcquire()).isTrue();
      breaker.failed(Duration.ZERO, "500");
    }
    assertThat(breaker.standing().state()).isEqualTo(State.CLOSED);
    breaker.failed(Duration.ZERO, "timeout");
    assertThat(breaker.standing().state()).isEqualTo(State.OPEN);
    assertThat(breaker.standing().cause()).isEqualTo("100.0 % of 5 calls failed; last: timeout");
  }

  @Test
  void aDeadTargetGetsOnlyTrialsAndARevivedOneItsTrafficBack() {
    VirtualClock clock = new VirtualClock();
    CircuitBreaker breaker = new CircuitBreaker(BreakerOptions.DEFAULT, clock);
    int calls = 0;
    for (int second = 0; second < 600; second++) {
      if (breaker.tryAcquire()) {
        calls++;
        breaker.failed(Duration.ofMillis(10), "connect");
      }
      clock.advance(Duration.ofSeconds(1));
    }
    // Five to open, then trials after 5, 10, 20, 40, 80, 160 and 300 seconds.
    assertThat(calls).isEqualTo(11);
    clock.advance(Duration.ofMinutes(5));
    assertThat(breaker.tryAcquire()).isTrue();
    assertThat(breaker.tryAcquire()).as("one trial at a time").isFalse();
    breaker.succeeded(Duration.ofMillis(10));
    assertThat(breaker.standing().state()).isEqualTo(State.CLOSED);
    assertThat(breaker.tryAcquire()).isTrue();
  }

  @Test
  void aTargetMaySayItselfWhenItTakesCallsAgain() {
    VirtualClock clock = new VirtualClock();
    CircuitBreaker breaker = new CircuitBreaker(BreakerOptions.DEFAULT, clock);
    breaker.openFor(Duration.ofSeconds(30), "429, Retry-After 30");
    breaker.openFor(Duration.ofSeconds(3), "429, Retry-After 3");
    clock.advance(Duration.ofSeconds(30));
    assertThat(breaker.wouldAcquire()).isFalse();
    assertThat(breaker.standing().cause()).isEqualTo("429, Retry-After 30");
    clock.advance(Duration.ofMillis(1));
    assertThat(breaker.wouldAcquire()).isTrue();
    assertThat(breaker.standing().state()).isEqualTo(State.OPEN);
    assertThat(breaker.tryAcquire()).isTrue();
    assertThat(breaker.wouldAcquire()).isFalse();
  }

  @Test
  void aBreakerForcedOpenStaysSo() {
    VirtualClock clock = new VirtualClock();
    CircuitBreaker breaker = new CircuitBreaker(BreakerOptions.DEFAULT, clock);
    breaker.forceOpen("maintenance");
    clock.advance(Duration.ofDays(1));
    breaker.succeeded(Duration.ZERO);
    breaker.openFor(Duration.ZERO, "429");
    assertThat(breaker.tryAcquire()).isFalse();
    assertThat(breaker.standing().state()).isEqualTo(State.FORCED_OPEN);
    breaker.reset();
    assertThat(breaker.tryAcquire()).isTrue();
  }
}
