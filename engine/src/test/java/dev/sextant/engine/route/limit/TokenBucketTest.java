package dev.sextant.engine.route.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The bucket against exact arithmetic, and against what a limit a minute means. */
class TokenBucketTest {
  private static final BigDecimal MINUTE = BigDecimal.valueOf(60_000_000_000L);

  @Property(tries = 200)
  void itsLevelIsExact(@ForAll long seed) {
    Random random = new Random(seed);
    VirtualClock clock = new VirtualClock();
    long capacity = 1L + random.nextInt(random.nextBoolean() ? 10 : 50_000_000);
    long rate = 1L + random.nextInt(random.nextBoolean() ? 10 : 50_000_000);
    TokenBucket bucket = new TokenBucket(capacity, rate, clock);
    BigDecimal full = BigDecimal.valueOf(capacity).multiply(MINUTE);
    BigDecimal level = full;
    for (int step = 0; step < 300; step++) {
      long nanos = random.nextLong() >>> (2 + random.nextInt(40));
      clock.advance(Duration.ofNanos(nanos));
      BigDecimal gained = BigDecimal.valueOf(nanos).multiply(BigDecimal.valueOf(rate));
      level = level.add(gained).min(full);
      assertThat(bucket.available())
          .isEqualTo(level.divideToIntegralValue(MINUTE).longValueExact());
      long tokens = (long) (random.nextDouble() * 1.2 * capacity);
      BigDecimal asked = BigDecimal.valueOf(tokens).multiply(MINUTE);
      if (random.nextInt(4) == 0) {
        bucket.giveBack(tokens);
        level = level.add(asked).min(full);
        continue;
      }
      boolean there = tokens <= capacity && level.compareTo(asked) >= 0;
      if (tokens <= capacity) {
        assertThat(bucket.timeUntil(tokens).isZero()).isEqualTo(there);
      }
      assertThat(bucket.tryTake(tokens)).isEqualTo(there);
      level = there ? level.subtract(asked) : level;
    }
  }

  @Property(tries = 200)
  void aStrictBucketKeepsTheLimitInEveryMinute(@ForAll long seed) {
    Random random = new Random(seed);
    VirtualClock clock = new VirtualClock();
    int limit = 1 + random.nextInt(40);
    TokenBucket bucket = TokenBucket.strict(limit, clock);
    Deque<Instant> taken = new ArrayDeque<>();
    int granted = 0;
    for (int step = 0; step < 2000; step++) {
      if (bucket.tryTake(1)) {
        granted++;
        taken.addLast(clock.instant());
      } else {
        clock.advance(random.nextBoolean() ? bucket.timeUntil(1) : Duration.ofMillis(500));
      }
      while (!taken.isEmpty() && !taken.getFirst().plusSeconds(60).isAfter(clock.instant())) {
        taken.removeFirst();
      }
      assertThat(taken.size()).isLessThanOrEqualTo(limit);
    }
    assertThat(granted).isGreaterThan(100);
  }

  @Test
  void theWaitIsTheLeastThatSuffices() {
    VirtualClock clock = new VirtualClock();
    TokenBucket bucket = new TokenBucket(10, 7, clock);
    assertThat(bucket.tryTake(10)).isTrue();
    Duration wait = bucket.timeUntil(3);
    clock.advance(wait.minusNanos(1));
    assertThat(bucket.tryTake(3)).isFalse();
    clock.advance(Duration.ofNanos(1));
    assertThat(bucket.tryTake(3)).isTrue();
    assertThatThrownBy(() -> bucket.timeUntil(11)).hasMessageContaining("never holds 11");
  }

  @Test
  void callsUnderWayAreCountedAndEndOnce() {
    InFlight calls = new InFlight(2);
    InFlight.Call first = calls.tryEnter().orElseThrow();
    InFlight.Call second = calls.tryEnter().orElseThrow();
    assertThat(calls.tryEnter()).isEmpty();
    first.close();
    first.close();
    assertThat(calls.count()).isEqualTo(1);
    assertThat(calls.tryEnter()).isPresent();
    second.close();
    assertThat(calls.count()).isEqualTo(1);
  }
}
