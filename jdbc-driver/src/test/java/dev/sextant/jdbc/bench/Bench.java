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
      case "exact" -> new ExactBench(Arguments.of(rest)).run().print();
      case "ann" -> AnnBench.run(rest);
      case "cache" -> CacheBench.run(rest);
      case "udf" -> UdfBench.run(rest);
      case "numa" -> new NumaBench(Arguments.of(rest)).run().print();
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
   */
  record Arguments(int rows) {
    static Arguments of(String[] args) {
      if (args.length == 0) {
        return new Arguments(0);
      }
      if (args.length == 2 && args[0].equals("--rows")) {
        return new Arguments(Integer.parseInt(args[1]));
      }
      throw new IllegalArgumentException("expected --rows N but got " + String.join(" ", args));
    }
  }
}
