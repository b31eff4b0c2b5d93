package dev.sextant.engine.route.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.engine.route.ledger.AttemptStart.Hold;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The budgets in the log, alone and under 64 threads. */
class RoutingLogTest {
  private static final Duration TIME = Duration.ofSeconds(30);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-06-01T00:00:00Z"));
  private final AtomicInteger calls = new AtomicInteger();
  private final RoutingLog log = new RoutingLog(Optional.empty(), now::get, () -> false);

  @AfterEach
  void close() {
    log.close();
  }

  private void advance(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  private static Hold hold(String purse, long nanoUsd, long limit) {
    return new Hold(purse, purse, nanoUsd, limit, Optional.empty(), true);
  }

  private OptionalLong begin(Hold... holds) {
    int number = calls.incrementAndGet();
    Instant at = now.get();
    return log.begin(new AttemptStart(1, number, "e", "m", at, List.of(holds), at.plus(TIME)));
  }

  private void settle(OptionalLong attempt, long nanoUsd) {
    log.settle(attempt.orElseThrow(), OptionalLong.of(nanoUsd));
  }

  private long left(String purse, long limit) {
    return log.left(List.of(hold(purse, 0, limit))).orElseThrow();
  }

  /** A column of a purse. */
  private long of(String purse, String what) {
    return log.rows("SELECT " + what + " FROM purses WHERE purse = ?", purse).getFirst().getFirst()
            instanceof Long number
        ? number
        : -1;
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException | ExecutionException bad) {
      throw new AssertionError(bad);
    }
  }

  @Test
  void tenOfSixtyFourCallsFitWhereTenFit() {
    List<Future<Boolean>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 64; i++) {
        asked.add(threads.submit(() -> begin(hold("day", 100_000_000, 1_000_000_000)).isPresent()));
      }
    }
    assertThat(asked.stream().filter(RoutingLogTest::get)).hasSize(10);
    assertThat(left("day", 1_000_000_000)).isZero();
    assertThat(log.rows("SELECT * FROM attempts")).hasSize(10);
  }

  @Test
  void sixtyFourThreadsNeverSpendMoreThanTheLimits() {
    AtomicLong paidByUser = new AtomicLong();
    AtomicLong paidByTeam = new AtomicLong();
    List<Future<Boolean>> workers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(64)) {
      for (int i = 0; i < 64; i++) {
        Random random = new Random(i);
        workers.add(
            threads.submit(
                () -> {
                  boolean held = true;
                  for (int call = 0; call < 25; call++) {
                    call(random, paidByUser, paidByTeam);
                    held &= within();
                  }
                  return held;
                }));
      }
    }
    assertThat(workers.stream().allMatch(RoutingLogTest::get)).isTrue();
    assertThat(of("user", "spent")).isEqualTo(paidByUser.get());
    assertThat(of("team", "spent")).isEqualTo(paidByTeam.get());
    assertThat(of("user", "reserved")).isZero();
    assertThat(paidByTeam.get()).isGreaterThan(5_000);
  }

  private boolean within() {
    return log.rows(
            "SELECT 1 FROM purses WHERE spent + reserved + leaked >"
                + " CASE purse WHEN 'user' THEN 4000 ELSE 6000 END")
        .isEmpty();
  }

  private void call(Random random, AtomicLong paidByUser, AtomicLong paidByTeam) {
    boolean both = random.nextBoolean();
    long most = random.nextInt(50);
    Hold team = hold("team", most, 6_000);
    OptionalLong granted = both ? begin(hold("user", most, 4_000), team) : begin(team);
    if (granted.isEmpty()) {
      return;
    }
    if (random.nextInt(8) == 0) {
      log.settle(granted.getAsLong(), OptionalLong.empty());
      return;
    }
    long actual = random.nextInt((int) most + 1);
    settle(granted, actual);
    paidByTeam.addAndGet(actual);
    paidByUser.addAndGet(both ? actual : 0);
  }

  @Test
  void onePurseThatRefusesKeepsTheOthersWhole() {
    assertThat(begin(hold("large", 11, 1000), hold("small", 11, 10))).isEmpty();
    assertThat(of("large", "reserved")).isZero();
    assertThat(log.rows("SELECT * FROM attempts")).isEmpty();
  }

  @Test
  void aHoldThatNobodySettlesLeaksAndStaysCharged() {
    OptionalLong lost = begin(hold("day", 70, 100));
    advance(TIME.minusMillis(1));
    log.expire();
    assertThat(of("day", "leaked")).isZero();
    advance(Duration.ofMillis(1));
    assertThat(begin(hold("day", 31, 100))).isEmpty();
    assertThat(of("day", "leaked")).isEqualTo(70);
    assertThat(of("day", "reserved")).isZero();
    settle(lost, 20);
    assertThat(of("day", "leaked")).isZero();
    assertThat(left("day", 100)).isEqualTo(80);
    settle(lost, 20);
    assertThat(left("day", 100)).as("a call is settled once").isEqualTo(80);
  }

  @Test
  void aWindowTakesItsSpendingWithItButNotCallsUnderWay() {
    Optional<Duration> day = Optional.of(Duration.ofDays(1));
    Instant start = now.get();
    settle(begin(new Hold("day", "day", 60, 100, day, true)), 60);
    Instant expiry = start.plus(Duration.ofDays(9));
    Hold under = new Hold("day", "day", 40, 100, day, true);
    OptionalLong late = log.begin(new AttemptStart(1, 99, "e", "m", start, List.of(under), expiry));
    advance(Duration.ofHours(60));
    assertThat(log.left(List.of(under))).hasValue(60);
    settle(late, 15);
    assertThat(of("day", "spent")).isEqualTo(15);
    assertThat(of("day", "window_start")).isEqualTo(start.plus(Duration.ofDays(2)).toEpochMilli());
  }

  @Test
  void whatACallCostBeyondItsHoldIsNotHidden() {
    settle(begin(hold("day", 100, 100)), 130);
    assertThat(of("day", "spent")).isEqualTo(130);
    assertThat(left("day", 100)).isZero();
    assertThat(begin(hold("day", 1, 100))).isEmpty();
  }
}
