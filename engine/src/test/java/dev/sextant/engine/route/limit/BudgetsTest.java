package dev.sextant.engine.route.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.limit.Reservation.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Budgets, alone and under 64 threads. */
class BudgetsTest {
  private static final Duration HOLD = Duration.ofSeconds(30);

  private final VirtualClock clock = new VirtualClock();
  private final Budgets budgets = new Budgets(clock);

  @Test
  void tenOfSixtyFourCallsFitWhereTenFit() throws Exception {
    budgets.add("day", 1_000_000_000, Optional.empty());
    List<Future<Boolean>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 64; i++) {
        asked.add(
            threads.submit(() -> budgets.reserve(Set.of("day"), 100_000_000, HOLD).isPresent()));
      }
    }
    assertThat(asked.stream().filter(BudgetsTest::get)).hasSize(10);
    assertThat(budgets.state("day").leftNanoUsd()).isZero();
  }

  private static boolean get(Future<Boolean> future) {
    try {
      return future.get();
    } catch (InterruptedException | ExecutionException bad) {
      throw new AssertionError(bad);
    }
  }

  @Test
  void sixtyFourThreadsNeverSpendMoreThanTheLimits() throws Exception {
    budgets.add("user", 40_000, Optional.empty());
    budgets.add("team", 60_000, Optional.empty());
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
                  for (int call = 0; call < 400; call++) {
                    long paid = call(random, paidByUser, paidByTeam);
                    held &= within("user", 40_000) && within("team", 60_000) && paid >= 0;
                  }
                  return held;
                }));
      }
    }
    assertThat(workers.stream().allMatch(BudgetsTest::get)).isTrue();
    assertThat(budgets.state("user").spentNanoUsd()).isEqualTo(paidByUser.get());
    assertThat(budgets.state("team").spentNanoUsd()).isEqualTo(paidByTeam.get());
    assertThat(budgets.state("user").reservedNanoUsd()).isZero();
    assertThat(paidByTeam.get()).isGreaterThan(50_000);
  }

  private boolean within(String name, long limit) {
    BudgetState state = budgets.state(name);
    return state.spentNanoUsd() + state.reservedNanoUsd() <= limit;
  }

  private long call(Random random, AtomicLong paidByUser, AtomicLong paidByTeam) {
    boolean both = random.nextBoolean();
    long most = random.nextInt(50);
    Optional<Reservation> granted =
        budgets.reserve(both ? Set.of("user", "team") : Set.of("team"), most, HOLD);
    if (granted.isEmpty()) {
      return 0;
    }
    if (random.nextInt(8) == 0) {
      budgets.release(granted.get().id());
      return 0;
    }
    long actual = random.nextInt((int) most + 1);
    budgets.settle(granted.get().id(), actual);
    paidByTeam.addAndGet(actual);
    paidByUser.addAndGet(both ? actual : 0);
    return actual;
  }

  @Test
  void oneBudgetThatRefusesKeepsTheOthersWhole() {
    budgets.add("small", 10, Optional.empty());
    budgets.add("large", 1000, Optional.empty());
    assertThat(budgets.reserve(Set.of("small", "large"), 11, HOLD)).isEmpty();
    assertThat(budgets.state("large").reservedNanoUsd()).isZero();
  }

  @Test
  void aReservationThatNobodySettlesLeaksAndStaysCharged() {
    budgets.add("day", 100, Optional.empty());
    Reservation lost = budgets.reserve(Set.of("day"), 70, HOLD).orElseThrow();
    clock.advance(HOLD.minusNanos(1));
    assertThat(budgets.expire()).isEmpty();
    clock.advance(Duration.ofNanos(1));
    assertThat(budgets.reserve(Set.of("day"), 31, HOLD)).isEmpty();
    assertThat(budgets.expire()).extracting(Reservation::state).containsExactly(State.LEAKED);
    assertThat(budgets.expire()).isEmpty();
    assertThat(budgets.state("day").leakedNanoUsd()).isEqualTo(70);
    assertThat(budgets.settle(lost.id(), 20).state()).isEqualTo(State.SETTLED);
    assertThat(budgets.state("day").leakedNanoUsd()).isZero();
    assertThat(budgets.state("day").leftNanoUsd()).isEqualTo(80);
    assertThatThrownBy(() -> budgets.settle(lost.id(), 20))
        .isInstanceOf(SextantException.class)
        .hasMessageContaining("already");
  }

  @Test
  void aWindowTakesItsSpendingWithItButNotCallsUnderWay() {
    budgets.add("day", 100, Optional.of(Duration.ofDays(1)));
    Reservation early = budgets.reserve(Set.of("day"), 60, Duration.ofDays(9)).orElseThrow();
    budgets.settle(early.id(), 60);
    Reservation late = budgets.reserve(Set.of("day"), 40, Duration.ofDays(9)).orElseThrow();
    clock.advance(Duration.ofHours(60));
    assertThat(budgets.state("day").leftNanoUsd()).isEqualTo(60);
    budgets.settle(late.id(), 15);
    assertThat(budgets.state("day").spentNanoUsd()).isEqualTo(15);
    assertThat(budgets.state("day").windowStart())
        .isEqualTo(clock.instant().minus(Duration.ofHours(12)));
  }

  @Test
  void whatACallCostBeyondItsReservationIsNotHidden() {
    budgets.add("day", 100, Optional.empty());
    Reservation call = budgets.reserve(Set.of("day"), 100, HOLD).orElseThrow();
    budgets.settle(call.id(), 130);
    assertThat(budgets.state("day").spentNanoUsd()).isEqualTo(130);
    assertThat(budgets.state("day").leftNanoUsd()).isZero();
    assertThat(budgets.reserve(Set.of("day"), 1, HOLD)).isEmpty();
  }
}
