package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.Sketcher;
import java.lang.foreign.MemorySegment;

/*
 * The codes are RabitqCodec's around zero, with w = |x| / b.o where b is of length sqrt(D). What
 * RaBitQ's estimate of x.y is wrong by has, over rotations, a deviation of nearly
 *
 *   |x| |y| sqrt((1 / a^2 - 1) / (D - 1))    a = b.o / sqrt(D), so |x| / a = w sqrt(D)
 *
 * and a normal distribution's tails [1, theorem 3.2]. The query's steps s are each wrong by up to s
 * evenly, which adds w s sqrt(D / 3). DEVIATIONS of both together are exceeded once in 30,000 rows.
 * They are far more than what float32 rounds.
 *
 * With u_i the query's steps, B the bits that are set in a row and |B| their number, b.y is
 * s (4 sum over B of u_i - 30 |B| - sum over all of (2 u_i - 15)).
 *
 * [1] as RabitqCodec says.
 */
/**
 * Sketches of one bit a dimension that bound the distance, see {@link RabitqCodec}.
 *
 * <p>Sixteen rows are a group, whose words of 32 bits lie beside each other, so that a vector
 * instruction works on as many rows as it has lanes:
 *
 * <pre>
 * group | word 0 of 16 rows | word 1 of 16 rows | .. | weights | biases | spreads | counts |
 *         64 bytes            64 bytes                 64        64       64        64 bytes
 * </pre>
 *
 * <p>Terms are float32: weight and bias of the code, what of the estimate's variance is the row's,
 * for a query of length 1, and how many bits are set.
 */
public final class RabitqSketcher implements Sketcher {
  /** Rows of a group. */
  static final int GROUP = 16;

  /** Bytes of a word, or a term, of all rows of a group. */
  static final int GROUP_WORD = GROUP * Integer.BYTES;

  /** Terms of a row. */
  static final int TERMS = 4;

  private static final double DEVIATIONS = 4;

  /** More than what float32 rounds where rows are far longer than the query. */
  private static final double SLACK = 1e-6;

  private final Metric metric;
  private final float[] center;
  private final GraphKernels kernels;
  private final Rotation rotation;
  private final int bits;
  private final int codeStride;

  /** For a metric other than L1. */
  public RabitqSketcher(Metric metric, int dimensions, Kernels kernels) {
    this.metric = metric;
    this.center = new float[dimensions];
    this.kernels = GraphKernels.of(kernels);
    this.bits = RabitqCodec.bits(dimensions);
    this.rotation = new Rotation(bits);
    this.codeStride = HnswLayout.codeStride(Quantization.RABITQ, dimensions);
  }

  /**
   * A query as the kernels take it.
   *
   * @param planes bit p of the steps, 32 dimensions a word, for p from 0 to 3
   * @param least score = base + bias - slope weight (4 steps - 30 count - sum) - root(spread
   *     ofSpread + weight^2 ofWeight)
   * @param limit the greatest score that is near
   */
  @SuppressWarnings("ArrayRecordComponent") // Borrowed for one call, never compared.
  record Asked(int[] planes, Least least, float limit) {
    /** Words of a row. */
    int words() {
      return planes.length / RabitqCodec.PLANES;
    }

    /** Bytes of a group. */
    int groupBytes() {
      return (words() + TERMS) * GROUP_WORD;
    }
  }

  /** The terms of the least score that a row may have. */
  record Least(float base, float slope, float sum, float ofSpread, float ofWeight) {}

  private RabitqCodec codec(MemorySegment code) {
    return new RabitqCodec(metric, center, new GraphKernels.Rows(code, codeStride), rotation);
  }

  @Override
  public Metric metric() {
    return metric;
  }

  @Override
  public int dimensions() {
    return center.length;
  }

  @Override
  public int bytes() {
    return bits / Byte.SIZE + TERMS * Float.BYTES;
  }

  @Override
  public long[] sketch(float[] vector) {
    long[] code = new long[codeStride / Long.BYTES];
    MemorySegment segment = MemorySegment.ofArray(code);
    codec(segment).write(0, vector, new RabitqCodec.Rotated(bits));
    int words = bits / Long.SIZE;
    int count = 0;
    for (int word = 0; word < words; word++) {
      count += Long.bitCount(code[word]);
    }
    float weight = segment.get(FloatScorer.FLOAT, (long) words * Long.BYTES);
    float bias = segment.get(FloatScorer.FLOAT, (long) words * Long.BYTES + Float.BYTES);
    double squares = metric == Metric.COSINE ? 1 : Metric.squaredNorm(vector);
    double spread = (double) bits * weight * weight * (metric == Metric.L2 ? 0.5 : 1);
    float variance = (float) (Math.max(0, spread - squares) / (bits - 1));
    long[] sketch = new long[bytes() / Long.BYTES];
    System.arraycopy(code, 0, sketch, 0, words);
    sketch[words] = pair(weight, bias);
    sketch[words + 1] = pair(variance, count);
    return sketch;
  }

  private static long pair(float low, float high) {
    long upper = (long) Float.floatToRawIntBits(high) << Integer.SIZE;
    return upper | (Float.floatToRawIntBits(low) & 0xFFFFFFFFL);
  }

  @Override
  public void place(long[] sketch, MemorySegment sketches, int index) {
    long at = (long) (index / GROUP) * GROUP * bytes() + (long) (index % GROUP) * Integer.BYTES;
    for (long word : sketch) {
      sketches.set(Layer.INT, at, (int) word);
      sketches.set(Layer.INT, at + GROUP_WORD, (int) (word >>> Integer.SIZE));
      at += 2L * GROUP_WORD;
    }
  }

  @Override
  public Near near(float[] query) {
    return new Query(query);
  }

  /** One query against blocks of rows. */
  private final class Query implements Near {
    private final int[] planes;
    private final Least least;

    Query(float[] vector) {
      RabitqCodec codec = codec(MemorySegment.NULL);
      RabitqCodec.Query query = codec.query();
      codec.encode(vector, new RabitqCodec.Rotated(bits), query);
      planes = planes(query.planes);
      double squares = metric == Metric.COSINE ? 1 : Metric.squaredNorm(vector);
      double step = (double) query.weight * query.weight * (metric == Metric.L2 ? 0.5 : 1);
      double spread = bits * step * (metric == Metric.L2 ? 0.5 : 1) / 3;
      double times = metric == Metric.L2 ? 2 * DEVIATIONS : DEVIATIONS;
      least =
          new Least(
              query.bias,
              query.weight,
              query.sum,
              (float) (times * times * squares),
              (float) (times * times * spread));
    }

    private int[] planes(long[] query) {
      int words = bits / Integer.SIZE;
      int[] result = new int[RabitqCodec.PLANES * words];
      for (int plane = 0; plane < RabitqCodec.PLANES; plane++) {
        for (int word = 0; word < words; word++) {
          long pair = query[plane * (codeStride / Long.BYTES) + word / 2];
          result[plane * words + word] = (int) (pair >>> (word % 2 * Integer.SIZE));
        }
      }
      return result;
    }

    @Override
    public long among(Rows rows, double worst) {
      double limit = limit(worst);
      Asked asked = new Asked(planes, least, (float) (limit + SLACK * Math.abs(limit)));
      int groups = (rows.count() + GROUP - 1) / GROUP;
      return kernels.sketchesWithin(asked, rows.sketches(), (long) rows.first() * bytes(), groups);
    }

    private double limit(double worst) {
      return switch (metric) {
        case COSINE -> worst - 1;
        case L2 -> worst * Math.abs(worst);
        case INNER_PRODUCT, L1 -> worst;
      };
    }
  }
}
