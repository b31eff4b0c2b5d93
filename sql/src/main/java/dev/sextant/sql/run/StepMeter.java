package dev.sextant.sql.run;

import com.sun.management.ThreadMXBean;
import dev.sextant.sql.plan.Step;
import java.lang.management.ManagementFactory;
import java.util.IdentityHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Time and memory that the steps of an execution take. One thread. */
public final class StepMeter {
  private final IdentityHashMap<Step, Used> used = new IdentityHashMap<>();
  private final LongSupplier nanoTime;
  private final @Nullable ThreadMXBean threads;

  /** A meter. */
  public StepMeter(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    boolean known = ModuleLayer.boot().findModule("jdk.management").isPresent();
    this.threads =
        known && ManagementFactory.getThreadMXBean() instanceof ThreadMXBean counting
            ? counting
            : null;
  }

  /**
   * What something took.
   *
   * @param bytes allocated on the heap by the thread; -1 where the JVM does not tell
   */
  public record Used(long nanos, long bytes) {
    /** Nothing. */
    public static final Used NONE = new Used(0, 0);

    Used plus(Used more) {
      boolean known = bytes >= 0 && more.bytes >= 0;
      return new Used(nanos + more.nanos, known ? bytes + more.bytes : -1);
    }

    /** What remains of this without a part of it. */
    public Used minus(Used part) {
      boolean known = bytes >= 0 && part.bytes >= 0;
      return new Used(
          Math.max(0, nanos - part.nanos), known ? Math.max(0, bytes - part.bytes) : -1);
    }
  }

  /** Something that is being metered. */
  public final class Running implements AutoCloseable {
    private final @Nullable Step step;
    private final long start = nanoTime.getAsLong();
    private final long bytes = allocated();

    private Running(@Nullable Step step) {
      this.step = step;
    }

    /** What it has taken so far. */
    public Used soFar() {
      long now = allocated();
      return new Used(nanoTime.getAsLong() - start, bytes < 0 ? -1 : now - bytes);
    }

    @Override
    public void close() {
      if (step != null) {
        used.merge(step, soFar(), Used::plus);
      }
    }
  }

  private long allocated() {
    return threads == null || !threads.isThreadAllocatedMemoryEnabled()
        ? -1
        : threads.getCurrentThreadAllocatedBytes();
  }

  /** Meters a step until it is closed. */
  Running of(Step step) {
    return new Running(step);
  }

  /** Meters a whole execution. */
  public Running whole() {
    return new Running(null);
  }

  /** What a step has taken. */
  Used used(Step step) {
    return used.getOrDefault(step, Used.NONE);
  }

  /** What all steps together have taken. */
  public Used sum() {
    return used.values().stream().reduce(Used.NONE, Used::plus);
  }
}
