package dev.sextant.engine.measure;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.Reply;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Disturbances that the instrument makes itself, to see whether it finds them. */
final class Injections {
  private static final long TOUCHED_BYTES = 4L << 20;
  private static final long SLEEP_NANOS = 5_000_000;
  private static final int GARBAGE_BYTES = 64 << 10;
  private static final int MAX_GARBAGE = 65_536;

  private final LongSupplier nanoTime;
  private final Kernel kernel;

  Injections(LongSupplier nanoTime, Kernel kernel) {
    this.nanoTime = nanoTime;
    this.kernel = kernel;
  }

  /** A disturbance as a thing to measure. */
  private static Subject subject(Runnable run) {
    return new Subject() {
      @Override
      public void prepare(int number) {}

      @Override
      public long run() {
        run.run();
        return 0;
      }
    };
  }

  static Subject nothing() {
    return subject(() -> {});
  }

  /** A collection: asked for, or where that is switched off by making garbage. */
  Subject collection() {
    return isExplicitDisabled() ? subject(this::makeGarbage) : subject(System::gc);
  }

  private static boolean isExplicitDisabled() {
    if (ModuleLayer.boot().findModule("jdk.management").isEmpty()) {
      return ManagementFactory.getRuntimeMXBean()
          .getInputArguments()
          .contains("-XX:+DisableExplicitGC");
    }
    HotSpotDiagnosticMXBean flags =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    return flags != null && Boolean.parseBoolean(flags.getVMOption("DisableExplicitGC").getValue());
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  private void makeGarbage() {
    long before = collections();
    byte[] garbage = new byte[GARBAGE_BYTES];
    for (int i = 0; i < MAX_GARBAGE && collections() == before; i++) {
      garbage = new byte[garbage.length];
    }
  }

  /** Five milliseconds asleep. */
  Subject sleep() {
    return subject(
        () -> {
          long end = nanoTime.getAsLong() + SLEEP_NANOS;
          for (long left = SLEEP_NANOS; left > 0; left = end - nanoTime.getAsLong()) {
            LockSupport.parkNanos(left);
          }
        });
  }

  /** The first touch of 4 MiB, mapped outside the time that is taken. */
  Touch touch() {
    return new Touch(kernel);
  }

  /** Touches memory first. */
  static final class Touch implements Subject, AutoCloseable {
    private final Kernel kernel;
    private Reply region = Reply.of(0);

    private Touch(Kernel kernel) {
      this.kernel = kernel;
    }

    @Override
    public void prepare(int number) {
      close();
      region = kernel.map(TOUCHED_BYTES);
    }

    @Override
    public long run() {
      if (region.ok() && region.value() != 0) {
        kernel.touch(region.value(), TOUCHED_BYTES);
      }
      return 0;
    }

    @Override
    public void close() {
      if (region.ok() && region.value() != 0) {
        kernel.unmap(region.value(), TOUCHED_BYTES);
      }
      region = Reply.of(0);
    }
  }
}
