package dev.sextant.jdbc.bench.ann;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What was measured of a contender: its builds, and recall and speed for each {@code ef}. */
final class Curve {
  private final Contender contender;
  private final Map<Integer, Contender.Build> builds = new TreeMap<>();
  private final Map<Integer, Samples> samples = new TreeMap<>();

  private static final class Samples {
    private double recall;
    private final List<Double> cpuQps = new ArrayList<>();
    private final List<Double> wallQps = new ArrayList<>();
  }

  /**
   * A measured point, speeds in queries a second.
   *
   * @param cpu by CPU time, the median of the rounds
   * @param bestCpu by CPU time, the best of the rounds
   * @param wall by the clock, the median of the rounds
   */
  record Point(int ef, double recall, double cpu, double bestCpu, double wall) {}

  Curve(Contender contender) {
    this.contender = contender;
  }

  Contender contender() {
    return contender;
  }

  void built(int threads, Contender.Build build) {
    builds.put(threads, build);
  }

  /** The builds, by number of threads. */
  Map<Integer, Contender.Build> builds() {
    return builds;
  }

  void add(int ef, double recall, Contender.Found found) {
    Samples of = samples.computeIfAbsent(ef, key -> new Samples());
    of.recall = recall;
    of.cpuQps.add(found.rows().length / found.cpuSeconds());
    of.wallQps.add(found.rows().length / found.wallSeconds());
  }

  List<Point> points() {
    List<Point> points = new ArrayList<>();
    samples.forEach(
        (ef, of) ->
            points.add(
                new Point(
                    ef,
                    of.recall,
                    median(of.cpuQps),
                    of.cpuQps.stream().mapToDouble(d -> d).max().orElseThrow(),
                    median(of.wallQps))));
    return points;
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1
        ? sorted[middle]
        : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
  }

  /** The first measured point of at least that recall. */
  java.util.Optional<Point> firstAt(double recall) {
    return points().stream().filter(point -> point.recall() >= recall).findFirst();
  }

  /**
   * The speed at a recall, on the straight line between the measured points around it; that of the
   * least point where even that has more, and none where no point has as much.
   */
  OptionalDouble speedAt(double recall, ToDoubleFunction<Point> speed) {
    List<Point> points =
        points().stream().sorted(Comparator.comparingDouble(Point::recall)).toList();
    for (int i = 0; i < points.size(); i++) {
      Point above = points.get(i);
      if (above.recall() >= recall) {
        if (i == 0 || above.recall() == recall) {
          return OptionalDouble.of(speed.applyAsDouble(above));
        }
        Point below = points.get(i - 1);
        double part = (recall - below.recall()) / (above.recall() - below.recall());
        double from = speed.applyAsDouble(below);
        return OptionalDouble.of(from + part * (speed.applyAsDouble(above) - from));
      }
    }
    return OptionalDouble.empty();
  }
}
