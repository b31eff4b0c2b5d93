package dev.sextant.jdbc.bench;

import dev.sextant.jdbc.bench.ann.AnnBench;
import dev.sextant.jdbc.bench.cache.CacheBench;
import dev.sextant.jdbc.bench.udf.UdfBench;
import java.util.Arrays;

/** Entry of {@code bin/sextant bench <name>}: runs one benchmark and prints its report. */
public final class Bench {

  private Bench() {}

  /** Runs the benchmark named by the first argument. */
  public static void main(String[] args) throws Exception {
    String name = args.length == 0 ? "" : args[0];
    String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
    switch (name) {
      case "exact" -> new ExactBench(Arguments.of(rest)).run().publish();
      case "ann" -> AnnBench.run(rest);
      case "cache" -> CacheBench.run(rest);
      case "udf" -> UdfBench.run(rest);
      case "numa" -> new NumaBench(Arguments.of(rest)).run().publish();
      case "measure" -> MeasureBench.run(rest);
      case "route" -> RouteBench.run(rest);
      default ->
          throw new IllegalArgumentException(
              "expected one of: exact, ann, cache, udf, numa, measure, route; got \""
                  + name
                  + "\"");
    }
  }

  /**
   * What a benchmark is told.
   *
   * @param rows how many rows; 0 for the benchmark's own choice
   * @param write whether the report goes to {@code docs/benchmarks}
   */
  record Arguments(int rows, boolean write) {
    static Arguments of(String[] args) {
      Arguments arguments = new Arguments(0, false);
      for (int i = 0; i < args.length; i++) {
        if (args[i].equals("--write")) {
          arguments = new Arguments(arguments.rows, true);
        } else if (args[i].equals("--rows") && i + 1 < args.length) {
          arguments = new Arguments(Integer.parseInt(args[++i]), arguments.write);
        } else {
          throw new IllegalArgumentException(
              "expected --rows N, --write but got " + String.join(" ", args));
        }
      }
      return arguments;
    }
  }
}
