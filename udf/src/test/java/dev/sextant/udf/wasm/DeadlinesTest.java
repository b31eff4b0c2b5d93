package dev.sextant.udf.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DeadlinesTest {
  private static final String ENDLESS = "(loop $l (br $l)) (i64.const 0)";

  private static FunctionDefinition function(String instructions, Duration time) {
    String source = "(func $f (export \"f\") (param $x i64) (result i64) " + instructions + ")";
    return Functions.wat("f(INTEGER) INTEGER", source, Functions.time(time));
  }

  private static UdfException failure(Instance instance, FunctionDefinition function) {
    try {
      Functions.call(instance, function, 1L);
    } catch (UdfException e) {
      return e;
    }
    throw new AssertionError("the call ended");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ENDLESS,
        "(loop $l (br_if $l (i64.eq (local.get $x) (local.get $x)))) (i64.const 0)",
        "(loop $l (br_table $l $l (i32.const 1))) (i64.const 0)",
        "(if (i64.gt_s (local.get $x) (i64.const 60)) (then (return (i64.const 0))))"
            + " (drop (call $f (i64.add (local.get $x) (i64.const 1))))"
            + " (call $f (i64.add (local.get $x) (i64.const 1)))",
      })
  void whatTakesTooLongIsStopped(String instructions) {
    FunctionDefinition function = function(instructions, Duration.ofMillis(30));
    try (WasmRuntime runtime = new WasmRuntime();
        Prepared prepared = runtime.prepare(function)) {
      for (int i = 0; i < 3; i++) {
        try (Instance instance = prepared.open()) {
          UdfException failure = failure(instance, function);
          assertThat(failure.failure()).isEqualTo(Failure.TIME);
          assertThat(failure).hasMessageContaining("for more than the 30 ms");
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
      }
      FunctionDefinition known = Corpus.function(Corpus.FIBONACCI);
      assertThat(Functions.call(runtime, known, 10L)).isEqualTo(55L);
    }
  }

  @Test
  void anInterruptFromOutsideCancelsAndItsFlagStays() {
    FunctionDefinition function = function(ENDLESS, Duration.ofHours(1));
    try (WasmRuntime runtime = new WasmRuntime();
        Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      Thread.currentThread().interrupt();
      assertThat(failure(instance, function).failure()).isEqualTo(Failure.CANCELLED);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aCancelWhileTheCallRunsIsSeen() throws InterruptedException {
    FunctionDefinition function = function(ENDLESS, Duration.ofHours(1));
    try (WasmRuntime runtime = new WasmRuntime();
        Prepared prepared = runtime.prepare(function)) {
      CountDownLatch started = new CountDownLatch(1);
      AtomicReference<UdfException> seen = new AtomicReference<>();
      Thread caller =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (Instance instance = prepared.open()) {
                      started.countDown();
                      seen.set(failure(instance, function));
                    }
                  });
      started.await();
      caller.interrupt();
      caller.join();
      assertThat(seen.get().failure()).isEqualTo(Failure.CANCELLED);
    }
  }

  /** Calls that end about when their time does: no interrupt may reach the caller afterwards. */
  @Test
  void anInterruptNeverOutlivesItsCall() {
    FunctionDefinition function =
        function(
            "(loop $l (br_if $l (i64.gt_s (local.tee $x (i64.sub (local.get $x) (i64.const 1)))"
                + " (i64.const 0)))) (local.get $x)",
            Duration.ofNanos(40_000));
    int late = 0;
    try (WasmRuntime runtime = new WasmRuntime();
        Prepared prepared = runtime.prepare(function)) {
      Instance instance = prepared.open();
      for (int i = 0; i < 3000; i++) {
        try {
          Functions.call(instance, function, 1L + i * 20L);
        } catch (UdfException e) {
          assertThat(e.failure()).isEqualTo(Failure.TIME);
          instance.close();
          instance = prepared.open();
          late++;
        }
        assertThat(Thread.interrupted()).isFalse();
      }
      instance.close();
    }
    assertThat(late).isPositive();
  }

  @Test
  void closingTheRuntimeStopsCallsAndItsThread() throws InterruptedException {
    FunctionDefinition function = function(ENDLESS, Duration.ofHours(1));
    WasmRuntime runtime = new WasmRuntime();
    Instance instance = runtime.prepare(function).open();
    CountDownLatch started = new CountDownLatch(1);
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  started.countDown();
                  try {
                    Functions.call(instance, function, 1L);
                  } catch (UdfException | IllegalStateException e) {
                    seen.set(e);
                  }
                });
    started.await();
    runtime.close();
    caller.join();
    assertThat(seen.get()).isNotNull();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("sextant-udf-deadlines"));
    assertThatThrownBy(() -> runtime.prepare(function)).isInstanceOf(IllegalStateException.class);
  }

  /** The timer by a clock of our own: it fires at the deadline, not before. */
  @Test
  void aWatchFiresAtItsDeadline() {
    AtomicLong clock = new AtomicLong(5);
    try (Deadlines deadlines = new Deadlines(clock::get)) {
      Deadlines.Watch watch = deadlines.open();
      watch.begin(Duration.ofNanos(100));
      clock.addAndGet(99);
      assertThat(watch.end()).isEqualTo(Deadlines.End.UNDISTURBED);
      watch.begin(Duration.ofNanos(Long.MAX_VALUE));
      assertThat(watch.end()).isEqualTo(Deadlines.End.UNDISTURBED);
      watch.begin(Duration.ofNanos(1));
      clock.addAndGet(1_000_000);
      while (!Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
      }
      assertThat(watch.end()).isEqualTo(Deadlines.End.LATE);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      watch.close();
    }
  }
}
