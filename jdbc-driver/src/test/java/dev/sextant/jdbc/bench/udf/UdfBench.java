package dev.sextant.jdbc.bench.udf;

import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Manifest;
import dev.sextant.jdbc.bench.Pages;
import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.udf.AuditSink;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.SystemCallPolicy;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.ValueType;
import dev.sextant.udf.linux.FilterCost;
import dev.sextant.udf.linux.Kernel;
import dev.sextant.udf.linux.NativeException;
import dev.sextant.udf.seccomp.Architecture;
import dev.sextant.udf.seccomp.FilterCompiler;
import dev.sextant.udf.seccomp.FilterProgram;
import dev.sextant.udf.wasm.WasmRuntime;
import dev.sextant.udf.worker.WorkerConfig;
import dev.sextant.udf.worker.WorkerRuntime;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A call of a function in WebAssembly and in JavaScript beside plain Java, and what filters add to
 * a system call.
 *
 * <p>Targets: {@code wasm_scalar_ns} at most 20, {@code wasm_row_ns} at most 8, {@code dot_ratio}
 * at most 3, {@code js_row_ns} at most 100.
 */
public final class UdfBench {
  private static final int ROWS = 1024;
  private static final int DIMENSIONS = 384;
  private static final int DOTS = 64;
  private static final int CALLS = 400;
  private static final int WARM_UP = 12;
  private static final int ROUNDS = 15;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Random random = new Random(42);
  private final UdfReport report = new UdfReport();
  private final Figures figures = new Figures("");
  private double sink;

  private UdfBench() {}

  /** Runs it and prints its figures as the last line. */
  public static void run(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    new UdfBench().measure(Pages.of(Pages.root(), args));
  }

  private void measure(Pages pages) throws Exception {
    Manifest manifest = new Manifest(Pages.root(), Map.of());
    report.heading(ROWS, ROUNDS);
    try (WasmRuntime wasm = new WasmRuntime()) {
      inProcess(wasm);
    }
    workers();
    filters();
    manifest.ended();
    report.end(figures, manifest);
    pages.publish("udf", report.toString(), new Pages.Run(figures, manifest));
    if (Double.isNaN(sink)) {
      System.out.println("Some result was not a number.");
    }
    System.out.println(figures.json("udf"));
  }

  private void inProcess(FunctionRuntime wasm) {
    long[] a = random.longs(ROWS, 0, 1 << 30).toArray();
    long[] b = random.longs(ROWS, 0, 1 << 30).toArray();
    List<Column> numbers = List.of(column(a), column(b));
    float[][] left = vectors();
    float[][] right = vectors();
    List<Column> vectors = List.of(column(left), column(right));
    try (FunctionRuntime.Prepared add = wasm.prepare(Sources.add());
        FunctionRuntime.Prepared addColumns = wasm.prepare(Sources.addColumns());
        FunctionRuntime.Prepared dot = wasm.prepare(Sources.dot());
        FunctionRuntime.Instance addRows = add.open();
        FunctionRuntime.Instance addBatch = addColumns.open();
        FunctionRuntime.Instance dotRows = dot.open()) {
      long[] sums = new long[ROWS];
      double[] perRow =
          measure(
              List.of(
                  new Contender("plain Java, a + b", ROWS, () -> added(a, b, sums)),
                  call("WebAssembly, a + b, row by row", Sources.add(), addRows, numbers),
                  call("WebAssembly, a + b, in columns", Sources.addColumns(), addBatch, numbers),
                  new Contender("plain Java, dot of 384", DOTS, () -> dots(left, right)),
                  call("WebAssembly, dot of 384", Sources.dot(), dotRows, vectors)),
              false);
      figures.add("wasm_scalar_ns", perRow[1]);
      figures.add("wasm_row_ns", perRow[2]);
      figures.add("java_row_ns", perRow[0]);
      figures.add("dot_ratio", perRow[4] / perRow[3]);
    }
  }

  private static long sum(long[] values) {
    return values[values.length / 2];
  }

  private static double added(long[] a, long[] b, long[] sums) {
    for (int i = 0; i < a.length; i++) {
      sums[i] = a[i] + b[i];
    }
    return sum(sums);
  }

  private static double dots(float[][] left, float[][] right) {
    double sum = 0;
    for (int row = 0; row < left.length; row++) {
      float dot = 0;
      for (int d = 0; d < DIMENSIONS; d++) {
        dot += left[row][d] * right[row][d];
      }
      sum += dot;
    }
    return sum;
  }

  private float[][] vectors() {
    float[][] vectors = new float[DOTS][DIMENSIONS];
    for (float[] vector : vectors) {
      for (int d = 0; d < DIMENSIONS; d++) {
        vector[d] = random.nextFloat() - 0.5f;
      }
    }
    return vectors;
  }

  private static Column column(long[] values) {
    Column column = new Column(ValueType.INTEGER);
    for (long value : values) {
      column.addLong(value);
    }
    return column;
  }

  private static Column column(float[][] vectors) {
    Column column = new Column(ValueType.VECTOR);
    for (float[] vector : vectors) {
      byte[] bytes = VectorCodec.encode(vector);
      column.addBytes(bytes, 0, bytes.length);
    }
    return column;
  }

  private static Contender call(
      String name,
      FunctionDefinition function,
      FunctionRuntime.Instance instance,
      List<Column> arguments) {
    int rows = arguments.getFirst().size();
    Column result = new Column(function.result());
    return new Contender(
        name,
        rows,
        () -> {
          instance.call(arguments, rows, result);
          return function.result() == ValueType.REAL ? result.getDouble(0) : result.getLong(0);
        });
  }

  /** Nanoseconds a row: medians of rounds in turn, of this thread's CPU time or by the clock. */
  private double[] measure(List<Contender> contenders, boolean byClock) {
    double[][] nanos = new double[contenders.size()][ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        Contender contender = contenders.get(i);
        long start = byClock ? System.nanoTime() : THREADS.getCurrentThreadCpuTime();
        for (int call = 0; call < CALLS; call++) {
          sink += contender.work().run();
        }
        long end = byClock ? System.nanoTime() : THREADS.getCurrentThreadCpuTime();
        if (round >= 0) {
          nanos[i][round] = (double) (end - start) / CALLS / contender.rows();
        }
      }
    }
    double[] medians = new double[contenders.size()];
    for (int i = 0; i < medians.length; i++) {
      Arrays.sort(nanos[i]);
      medians[i] = nanos[i][ROUNDS / 2];
      report.row(contenders.get(i).name(), byClock ? "clock" : "CPU", medians[i]);
    }
    return medians;
  }

  /** By the clock, since two processes work. */
  private void workers() {
    long[] a = random.longs(ROWS, 0, 1 << 30).toArray();
    long[] b = random.longs(ROWS, 0, 1 << 30).toArray();
    try (WorkerRuntime workers =
            new WorkerRuntime(WorkerConfig.allowed(InstantSource.system(), AuditSink.NONE));
        FunctionRuntime.Prepared add = workers.prepare(Sources.javaScript());
        FunctionRuntime.Instance instance = add.open()) {
      List<Contender> contenders = new ArrayList<>();
      contenders.add(
          call(
              "JavaScript in a worker, a + b, 1,024 rows a call",
              Sources.javaScript(),
              instance,
              List.of(column(a), column(b))));
      contenders.add(
          call(
              "the same, 1 row a call",
              Sources.javaScript(),
              instance,
              List.of(column(new long[] {1}), column(new long[] {2}))));
      figures.add("js_row_ns", measure(contenders, true)[0]);
    } catch (UdfException refused) {
      report.skipped("JavaScript in a worker", String.valueOf(refused.getMessage()));
    }
  }

  private void filters() {
    Kernel kernel = Kernel.find().orElse(null);
    if (kernel == null) {
      report.skipped("Filters of system calls", "this is not Linux on x86-64 or AArch64");
      return;
    }
    Architecture architecture = kernel.architecture();
    SystemCallPolicy policy = SandboxProfiles.UNTRUSTED.systemCalls().run();
    List<FilterProgram> programs =
        List.of(
            FilterProgram.allowAll(architecture),
            FilterCompiler.compile(policy, architecture),
            FilterCompiler.compileLinear(policy, architecture));
    try {
      List<FilterCost.Cost> costs = FilterCost.of(kernel, programs);
      report.filters(List.of("one instruction", "halving, ours", "linear"), programs, costs);
      figures.add("filter_floor_ns", costs.get(0).checked());
      figures.add("filter_ns", costs.get(1).checked());
      figures.add("filter_linear_ns", costs.get(2).checked());
    } catch (NativeException refused) {
      report.skipped("Filters of system calls", String.valueOf(refused.getMessage()));
    }
  }
}
