package dev.sextant.udf.linux;

import dev.sextant.udf.seccomp.FilterProgram;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/*
 * Each program is loaded by a thread of its own, which ends with the measurement; no other thread
 * of the process gets it. The threads take turns, so that what disturbs the machine disturbs all.
 *
 * Kernels from 5.11 on keep a map of the calls that a filter allows whatever their arguments are,
 * and do not run the filter for them. So one call of that kind is timed, and one whose arguments
 * are looked at: naming the thread.
 */
/** What filters add to a system call, in nanoseconds of CPU time. */
public final class FilterCost {
  private static final int CALLS = 10_000;
  private static final int ROUNDS = 9;
  private static final int PR_SET_NAME = 15;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private FilterCost() {}

  /**
   * What a filter adds.
   *
   * @param allowed to a call that is allowed in any case
   * @param checked to a call that is allowed for its arguments
   */
  public record Cost(double allowed, double checked) {}

  /**
   * Measures filters, each as the least of several rounds beside no filter.
   *
   * @throws NativeException where the kernel takes no filter
   */
  public static List<Cost> of(Kernel kernel, List<FilterProgram> programs) {
    List<ExecutorService> threads = new ArrayList<>();
    double[][] least = new double[programs.size() + 1][2];
    for (double[] each : least) {
      Arrays.fill(each, Double.POSITIVE_INFINITY);
    }
    try {
      for (int i = 0; i <= programs.size(); i++) {
        ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        threads.add(thread);
        Optional<FilterProgram> program =
            i == 0 ? Optional.empty() : Optional.of(programs.get(i - 1));
        program.ifPresent(loaded -> done(thread.submit(() -> load(kernel, loaded))));
      }
      int[] numbers = {number(kernel, "getpid"), number(kernel, "prctl")};
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < threads.size(); i++) {
          for (int call = 0; call < numbers.length; call++) {
            int number = numbers[call];
            double nanos = done(threads.get(i).submit(() -> nanosPerCall(kernel, number)));
            least[i][call] = Math.min(least[i][call], nanos);
          }
        }
      }
    } finally {
      threads.forEach(ExecutorService::close);
    }
    List<Cost> costs = new ArrayList<>();
    for (int i = 1; i < least.length; i++) {
      costs.add(new Cost(least[i][0] - least[0][0], least[i][1] - least[0][1]));
    }
    return costs;
  }

  private static int number(Kernel kernel, String call) {
    return kernel.architecture().number(call).orElseThrow();
  }

  private static double load(Kernel kernel, FilterProgram program) {
    try (Arena arena = Arena.ofConfined()) {
      require("prctl", Seccomp.giveUpPrivileges(kernel));
      require("seccomp", Seccomp.install(kernel, Seccomp.program(arena, program.toBytes()), 0));
      return 0;
    }
  }

  private static void require(String call, long result) {
    if (result < 0) {
      throw new NativeException(call, (int) -result);
    }
  }

  /** Of a call that takes the arguments of prctl, or none. */
  private static double nanosPerCall(Kernel kernel, int number) {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom("sextant-filter").address();
      long start = THREADS.getCurrentThreadCpuTime();
      long sum = 0;
      for (int i = 0; i < CALLS; i++) {
        sum += kernel.timedCall(number, PR_SET_NAME, name, 0);
      }
      long end = THREADS.getCurrentThreadCpuTime();
      return sum == Long.MIN_VALUE ? Double.NaN : (double) (end - start) / CALLS;
    }
  }

  private static double done(Future<Double> work) {
    try {
      return work.get();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The measurement was interrupted.", stop);
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof NativeException refused
          ? refused
          : new IllegalStateException(failure.getCause());
    }
  }
}
