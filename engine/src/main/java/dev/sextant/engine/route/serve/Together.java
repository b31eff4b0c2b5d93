package dev.sextant.engine.route.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Does something for each of many items at the same time, on virtual threads, so many at once. */
public final class Together {
  /** Calls of models at the same time in one statement. */
  public static final int MAX_AT_ONCE = 16;

  private Together() {}

  /**
   * The results in the order of the items. The first failure ends what is under way and is thrown.
   *
   * @param work is told of an item, and asks now and then whether to give up
   */
  public static <T, R> List<R> map(
      List<T> items, BiFunction<T, BooleanSupplier, R> work, BooleanSupplier cancelled) {
    Map<Integer, R> results = new ConcurrentHashMap<>();
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable RuntimeException> failed = new AtomicReference<>();
    BooleanSupplier stops = () -> failed.get() != null || cancelled.getAsBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(MAX_AT_ONCE, items.size()); i++) {
        threads.execute(
            () -> {
              for (int at = next.getAndIncrement();
                  at < items.size() && failed.get() == null;
                  at = next.getAndIncrement()) {
                try {
                  R result = work.apply(items.get(at), stops);
                  results.put(at, result);
                } catch (RuntimeException failure) {
                  failed.compareAndSet(null, failure);
                }
              }
            });
      }
    }
    RuntimeException failure = failed.get();
    if (failure != null) {
      throw failure;
    }
    List<R> all = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      all.add(Objects.requireNonNull(results.get(i)));
    }
    return all;
  }
}
