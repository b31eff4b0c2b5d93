package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.memory.MemoryBudget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random writes and searches of old snapshots, against every version of every row in a map. */
class VectorStoreFuzzTest {
  private static final int[] DIMENSIONS = {1, 2, 3, 7, 16, 17, 64, 100, 384, 5000};
  private static final float[] GONE = {};

  private record Neighbour(double distance, long rowid) {}

  static LongStream seeds() {
    long given = Vectors.seed(-1);
    return given >= 0 ? LongStream.of(given) : LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void findsWhatTheModelFinds(long seed) {
    for (Kernels kernels : Vectors.allKernels()) {
      new Run(new Random(seed), DIMENSIONS[(int) (seed % DIMENSIONS.length)]).against(kernels);
    }
  }

  private static final class Run {
    final Random random;
    final int dims;
    final int rowidRange;
    final double scale;
    final Map<Long, TreeMap<Long, float[]>> versions = new TreeMap<>();
    final float[] centre;
    long seq;

    Run(Random random, int dims) {
      this.random = random;
      this.dims = dims;
      rowidRange = 1 + random.nextInt(dims > 1000 ? 300 : 3000);
      scale = Math.scalb(1.0, random.nextInt(5) == 0 ? random.nextInt(240) - 130 : 0);
      centre = Vectors.gaussian(random, dims);
    }

    void against(Kernels kernels) {
      MemoryBudget budget = new MemoryBudget(1L << 30);
      try (VectorStore store = new VectorStore("fuzz.v", dims, budget, kernels)) {
        int writes = random.nextInt(dims > 1000 ? 400 : 6000);
        for (int i = 0; i < writes; i++) {
          write(store);
          if (random.nextInt(500) == 0) {
            searchOften(store, 3);
          }
        }
        searchOften(store, 30);
        long alive = visibleAt(seq).size();
        long unsearchable = unsearchableAt(seq);
        assertThat(store.rows()).isEqualTo(alive);
        assertThat(store.unsearchable()).isEqualTo(unsearchable);
        assertThat(budget.used()).isEqualTo(store.bytes()).isPositive();
      }
      assertThat(budget.used()).isZero();
    }

    void write(VectorStore store) {
      long rowid = rowid();
      seq += random.nextInt(3);
      TreeMap<Long, float[]> history = versions.computeIfAbsent(rowid, r -> new TreeMap<>());
      if (random.nextInt(5) == 0) {
        store.remove(rowid, seq);
        history.put(seq, GONE);
        return;
      }
      float[] vector = vector();
      history.put(seq, vector);
      switch (random.nextInt(3)) {
        case 0 -> store.put(rowid, VectorCodec.encode(vector), seq);
        default -> store.put(rowid, vector, seq);
      }
    }

    void searchOften(VectorStore store, int times) {
      for (int i = 0; i < times; i++) {
        long at = random.nextInt(3) == 0 ? seq : random.nextLong(seq + 1);
        for (Metric metric : Metric.values()) {
          search(store, metric, at);
        }
        long rowid = rowid();
        float[] expected = visibleAt(at).get(rowid);
        assertThat(store.contains(rowid, at)).isEqualTo(expected != null);
        assertThat(store.vector(rowid, at).orElse(GONE))
            .isEqualTo(expected == null ? GONE : expected);
      }
    }

    void search(VectorStore store, Metric metric, long at) {
      float[] query = finite();
      int k = random.nextInt(4) == 0 ? random.nextInt(rowidRange + 5) : random.nextInt(20);
      Map<Long, float[]> visible = visibleAt(at);
      SearchRequest request = SearchRequest.of(query, metric, k, at == seq ? Long.MAX_VALUE : at);
      if (random.nextInt(2) == 0) {
        long[] only = random.longs(random.nextInt(2 * rowidRange), 0, rowidRange + 2L).toArray();
        if (random.nextBoolean()) {
          only = Arrays.copyOf(only, Math.min(only.length, 20));
        }
        request = request.among(only);
        visible.keySet().retainAll(LongStream.of(only).boxed().toList());
      }
      if (random.nextInt(3) == 0) {
        long[] without = random.longs(random.nextInt(rowidRange), 0, rowidRange).toArray();
        request = request.excluding(without);
        visible.keySet().removeAll(LongStream.of(without).boxed().toList());
      }
      assertThat(found(store.search(request))).isEqualTo(nearest(visible, query, metric, k));
      double radius = radius(visible, query, metric);
      assertThat(found(store.search(request.within(radius))))
          .as("within %s by %s", radius, metric)
          .isEqualTo(within(nearest(visible, query, metric, k), radius));
      List<SearchRequest> several = new ArrayList<>();
      for (int i = random.nextInt(20); i > 0; i--) {
        several.add(request.to(finite()));
      }
      List<Hits> hits = store.search(several);
      for (int i = 0; i < several.size(); i++) {
        float[] each = several.get(i).query();
        assertThat(found(hits.get(i))).isEqualTo(nearest(visible, each, metric, k));
      }
    }

    /** That of a row, a bit more or less, or any number. */
    double radius(Map<Long, float[]> visible, float[] query, Metric metric) {
      double radius = random.nextGaussian() * scale;
      if (!visible.isEmpty() && random.nextInt(4) > 0) {
        int row = random.nextInt(visible.size());
        float[] vector = visible.values().stream().skip(row).findFirst().orElseThrow();
        radius = metric.distance(query, vector);
      }
      return switch (random.nextInt(8)) {
        case 0 -> Math.nextDown(radius);
        case 1 -> Math.nextUp(radius);
        case 2 -> -radius;
        case 3 -> random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        default -> radius;
      };
    }

    private static List<Neighbour> within(List<Neighbour> nearest, double radius) {
      return nearest.stream().filter(neighbour -> neighbour.distance() <= radius).toList();
    }

    private static List<Neighbour> found(Hits hits) {
      List<Neighbour> found = new ArrayList<>();
      for (int i = 0; i < hits.size(); i++) {
        found.add(new Neighbour(hits.distances()[i], hits.rowids()[i]));
      }
      return found;
    }

    private static List<Neighbour> nearest(
        Map<Long, float[]> rows, float[] query, Metric metric, int k) {
      return rows.entrySet().stream()
          .map(row -> new Neighbour(metric.distance(query, row.getValue()), row.getKey()))
          .filter(neighbour -> !Double.isNaN(neighbour.distance()))
          .sorted(
              Comparator.comparingDouble(Neighbour::distance).thenComparingLong(Neighbour::rowid))
          .limit(k)
          .toList();
    }

    Map<Long, float[]> visibleAt(long at) {
      Map<Long, float[]> rows = new TreeMap<>();
      versions.forEach(
          (rowid, history) -> {
            var version = history.floorEntry(at);
            if (version != null
                && version.getValue().length > 0
                && VectorCodec.firstNotFinite(version.getValue()) < 0) {
              rows.put(rowid, version.getValue());
            }
          });
      return rows;
    }

    long unsearchableAt(long at) {
      return versions.values().stream()
          .map(history -> history.floorEntry(at))
          .filter(version -> version != null)
          .filter(version -> VectorCodec.firstNotFinite(version.getValue()) >= 0)
          .count();
    }

    long rowid() {
      return random.nextInt(rowidRange);
    }

    float[] vector() {
      float[] vector = finite();
      if (random.nextInt(50) == 0) {
        vector[random.nextInt(dims)] = random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
      }
      return vector;
    }

    /** Spread out, or on a coarse grid (ties), or hardly apart, or zero, or very large or small. */
    float[] finite() {
      float[] vector = Vectors.gaussian(random, dims);
      int shape = random.nextInt(10);
      for (int i = 0; i < dims; i++) {
        double value =
            switch (shape) {
              case 0, 1, 2 -> Math.rint(vector[i]);
              case 3, 4, 5 -> centre[i] + vector[i] * 1e-7;
              case 6 -> random.nextInt(20) == 0 ? 0 : centre[i];
              case 7 -> random.nextBoolean() ? 0 : vector[i] * 1e-40;
              default -> vector[i] * scale;
            };
        vector[i] = (float) Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE);
      }
      return vector;
    }
  }
}
