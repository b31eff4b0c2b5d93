package dev.sextant.engine.route.serve;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Lets time pass between attempts. */
@FunctionalInterface
public interface Pause {
  /** Waits so long, or until somebody has given up. */
  void pause(Duration time, BooleanSupplier cancelled);

  /** Waits by the machine's clock. */
  static Pause real() {
    return (time, cancelled) -> {
      CompletableFuture<Boolean> over =
          new CompletableFuture<Boolean>()
              .completeOnTimeout(true, time.toMillis(), TimeUnit.MILLISECONDS);
      while (!cancelled.getAsBoolean()) {
        try {
          over.get(20, TimeUnit.MILLISECONDS);
          return;
        } catch (TimeoutException notYet) {
          // Look again whether somebody has given up.
        } catch (InterruptedException stop) {
          Thread.currentThread().interrupt();
          return;
        } catch (ExecutionException impossible) {
          throw new IllegalStateException("a pause does not fail", impossible);
        }
      }
    };
  }
}
