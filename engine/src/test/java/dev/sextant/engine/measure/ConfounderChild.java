package dev.sextant.engine.measure;

import dev.sextant.engine.measure.events.EventSource;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.probe.HostProbes;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A JVM in which each kind of disturbance is injected into one sample, and work of its own into
 * another. Prints a line for each: its name, the share explained, what was found.
 */
final class ConfounderChild {
  private static final int WARM_UP = 120;

  /** More runs before the one whose code has to be compiled for good. */
  private static final int SHORT_PER_COMPILATION = 20;

  private static final int RUNS = 40;
  private static final int DISTURBED = 30;
  private static final int SHORT = 20_000;

  /** Some 20 ms, so that a hog on the same CPU has several turns within them. */
  private static final int LONG = 3_200_000;

  private static final long TOUCHED = 64L << 20;

  private final Kernel kernel = Kernel.host();
  private final List<Thread> hogs = new ArrayList<>();
  private final AtomicBoolean hogging = new AtomicBoolean();
  private double sink;

  private ConfounderChild() {}

  /** Runs all. */
  public static void main(String[] args) {
    new ConfounderChild().all();
  }

  /** One kind of disturbance. */
  private interface Disturbance {
    void run(boolean begin);
  }

  private void all() {
    print("gc", measure(SHORT, begin -> collect(begin)));
    Subject sleep = new Injections(System::nanoTime, kernel).sleep();
    print(
        "sleep",
        measure(
            SHORT,
            begin -> {
              if (begin) {
                sleep.run();
              }
            }));
    print("touch", measure(SHORT, this::touch));
    startHogs(Runtime.getRuntime().availableProcessors());
    print("hog", measure(LONG, this::hog));
    hogs.clear();
    print("pinned", pinned());
    print("deoptimization", deoptimized());
    print("own", moreWork(SHORT));
    print("own-long", moreWork(LONG / 4));
  }

  private static void collect(boolean begin) {
    if (begin) {
      System.gc();
    }
  }

  private void touch(boolean begin) {
    if (begin) {
      long at = kernel.map(TOUCHED).value();
      kernel.touch(at, TOUCHED);
      kernel.unmap(at, TOUCHED);
    }
  }

  /**
   * Threads that keep CPUs busy while the sample runs. They exist before, since starting a thread
   * is work of the one that starts it, which would be laid to nobody.
   */
  private void startHogs(int threads) {
    for (int i = 0; i < threads; i++) {
      hogs.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (true) {
                      if (hogging.get()) {
                        Thread.onSpinWait();
                      } else {
                        LockSupport.park(this);
                      }
                    }
                  }));
    }
  }

  private void hog(boolean begin) {
    hogging.set(begin);
    if (begin) {
      hogs.forEach(LockSupport::unpark);
    }
  }

  /** This thread and the one that disturbs it on one CPU; what it starts inherits that. */
  private Measured pinned() {
    IdSet before = kernel.affinity(0).cpus();
    BitSet one = new BitSet();
    one.set(before.first().orElseThrow());
    kernel.setAffinity(0, IdSet.of(one));
    try {
      startHogs(1);
      return measure(LONG, this::hog);
    } finally {
      kernel.setAffinity(0, before);
    }
  }

  private Measured measure(int work, Disturbance disturbance) {
    return measure(
        work == LONG ? WARM_UP / 4 : WARM_UP,
        new Subject() {
          private boolean disturbed;

          @Override
          public void prepare(int number) {
            disturbed = number == DISTURBED;
          }

          @Override
          public long run() {
            if (disturbed) {
              disturbance.run(true);
            }
            for (int i = 0; i < work; i++) {
              sink += Math.sqrt(i + sink);
            }
            if (disturbed) {
              disturbance.run(false);
            }
            return 1;
          }
        });
  }

  /** Takes a branch that compiled code was sure never to be taken. */
  private Measured deoptimized() {
    return measure(
        WARM_UP * SHORT_PER_COMPILATION,
        new Subject() {
          private boolean rare;

          @Override
          public void prepare(int number) {
            rare = number == DISTURBED;
          }

          @Override
          public long run() {
            double sum = 0;
            for (int i = 0; i < SHORT; i++) {
              sum += rare ? i : Math.sqrt(i + sum);
            }
            sink += sum;
            return 1;
          }
        });
  }

  /** More of its own work, which no confounder explains. */
  private Measured moreWork(int work) {
    return measure(
        work > SHORT ? WARM_UP / 4 : WARM_UP,
        new Subject() {
          private int roots = work;

          @Override
          public void prepare(int number) {
            roots = number == DISTURBED ? 2 * work : work;
          }

          @Override
          public long run() {
            for (int i = 0; i < roots; i++) {
              sink += Math.sqrt(i + sink);
            }
            return 1;
          }
        });
  }

  private Measured measure(int warmUp, Subject subject) {
    for (int i = 0; i < warmUp; i++) {
      subject.prepare(0);
      subject.run();
    }
    return new Measurer(
            new Measurer.Tools(
                HostProbes.host().sources(),
                EventSource.host(),
                kernel,
                CacheCounts.none(),
                System::nanoTime))
        .measure(new MeasureOptions(RUNS, 0, 0, 0, 1), List.of(subject), () -> false);
  }

  private static void print(String name, Measured measured) {
    Attribution.Found found = measured.found().get(DISTURBED);
    String confounders =
        found.confounders().stream()
            .map(c -> c.kind().sqlName() + "=" + c.nanos())
            .collect(Collectors.joining(","));
    System.out.printf(
        Locale.ROOT,
        "%s %.4f %d %s%n",
        name,
        found.explained(),
        found.excess(),
        confounders.isEmpty() ? "-" : confounders);
  }
}
