package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Timing;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/**
 * Searches with {@code WHERE bucket < ?}: rows given, recall and time, beside the same statement
 * where there is no vector index and beside the search without a filter.
 */
final class FilterBench {
  private static final int QUERIES = 200;
  private static final int ROUNDS = 3;
  private static final int ALL = SextantTable.BUCKETS;
  private static final List<Share> SHARES =
      List.of(
          new Share("100 %", ALL, ALL / 100),
          new Share("10 %", ALL / 10, ALL / 100),
          new Share("2 %", ALL / 50, ALL / 500),
          new Share("0.04 %", ALL / 2_500, 1));

  private final Dataset data;
  private final int[] buckets;
  private final List<Row> rows = new ArrayList<>();

  /** A share of the rows; {@code spread} is how far the parameter moves where it moves. */
  private record Share(String label, int limit, int spread) {}

  /**
   * What was measured for one selectivity, times in microseconds of CPU, medians.
   *
   * @param parameter whether the parameter stays the same
   * @param complete whether each query gave ten rows, or all where fewer match
   */
  record Row(
      String share,
      String parameter,
      boolean complete,
      double recall,
      double micros,
      double wallMicros,
      double exactMicros,
      double unfilteredMicros) {
    /** Times the better of the two others. */
    double ratio() {
      return micros / Math.min(exactMicros, unfilteredMicros);
    }
  }

  FilterBench(Dataset data) {
    this.data = data;
    this.buckets = SextantTable.buckets(data.base().length);
  }

  List<Row> rows() {
    return rows;
  }

  /**
   * Measures.
   *
   * @param indexed a database with a vector index
   * @param ef for the searches of the index
   * @param plain the same without
   */
  void run(Path indexed, int ef, Path plain) throws SQLException {
    String filtered =
        "SELECT id FROM t WHERE bucket < ? ORDER BY embedding "
            + data.operator()
            + " ? LIMIT "
            + Contender.K;
    try (Connection ours = SextantTable.open(indexed, "");
        Connection exact = SextantTable.open(plain, "");
        PreparedStatement ourFiltered = ours.prepareStatement(filtered);
        PreparedStatement exactFiltered = exact.prepareStatement(filtered);
        PreparedStatement unfiltered = ours.prepareStatement(SextantContender.searchText(data))) {
      SextantContender.setEf(ours, ef);
      for (Share share : SHARES) {
        Random random = new Random(3);
        int[] moving =
            random.ints(QUERIES, -share.spread(), share.spread() + 1).map(moved(share)).toArray();
        int[] same = new int[QUERIES];
        Arrays.fill(same, share.limit());
        measure(share, "same", same, List.of(ourFiltered, exactFiltered, unfiltered));
        measure(share, "changing", moving, List.of(ourFiltered, exactFiltered, unfiltered));
      }
    }
  }

  /** Moves about the share; all rows stay all rows. */
  private static IntUnaryOperator moved(Share share) {
    IntUnaryOperator any = step -> share.limit() + step;
    return share.limit() == ALL ? step -> share.limit() + Math.abs(step) : any;
  }

  private void measure(
      Share share, String parameter, int[] limits, List<PreparedStatement> statements)
      throws SQLException {
    Truth truth = Truth.of(data, QUERIES, (query, row) -> buckets[row] < limits[query]);
    int[][] found = new int[QUERIES][];
    List<Times> times = List.of(new Times(), new Times(), new Times());
    for (int round = 0; round < ROUNDS; round++) {
      for (int s = 0; s < statements.size(); s++) {
        PreparedStatement statement = statements.get(s);
        for (int q = 0; q < QUERIES; q++) {
          boolean withFilter = s < 2;
          Timing timing = Timing.ofThread();
          if (withFilter) {
            statement.setInt(1, limits[q]);
          }
          statement.setObject(withFilter ? 2 : 1, data.queries()[q]);
          int[] rowsFound = SextantTable.rows(statement);
          times.get(s).add(round, timing);
          if (s == 0) {
            found[q] = rowsFound;
          }
        }
      }
    }
    boolean complete = true;
    for (int q = 0; q < QUERIES; q++) {
      complete &= found[q].length == truth.count(q);
    }
    rows.add(
        new Row(
            share.label(),
            parameter,
            complete,
            truth.recall(found),
            times.get(0).cpuMicros(),
            times.get(0).wallMicros(),
            times.get(1).cpuMicros(),
            times.get(2).cpuMicros()));
  }

  /** Times of single queries; those of the first round are left out. */
  private static final class Times {
    private final List<Double> cpu = new ArrayList<>();
    private final List<Double> wall = new ArrayList<>();

    void add(int round, Timing timing) {
      if (round > 0) {
        cpu.add(timing.cpuSeconds());
        wall.add(timing.wallSeconds());
      }
    }

    double cpuMicros() {
      return median(cpu);
    }

    double wallMicros() {
      return median(wall);
    }

    private static double median(List<Double> seconds) {
      return 1e6 * seconds.stream().sorted().toList().get(seconds.size() / 2);
    }
  }

  void addTo(Figures figures) {
    figures.add(
        "filter_min_recall", rows.stream().mapToDouble(Row::recall).min().orElse(Double.NaN));
    figures.add("filter_rows_ok", rows.stream().allMatch(Row::complete) ? 1 : 0);
    figures.add("filter_max_ratio", rows.stream().mapToDouble(Row::ratio).max().orElse(Double.NaN));
  }
}
