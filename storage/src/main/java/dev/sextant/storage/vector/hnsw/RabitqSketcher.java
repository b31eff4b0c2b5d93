package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.Sketcher;
import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;
import java.lang.foreign.MemorySegment;

/*
 * The codes are RabitqCodec's around zero, with w = |x| / b.o where b is of length sqrt(D). What
 * RaBitQ's estimate of x.y is wrong by has, over rotations, a deviation of nearly
 *
 *   |x| |y| sqrt((1 / a^2 - 1) / (D - 1))    a = b.o / sqrt(D), so |x| / a = w sqrt(D)
 *
 * and a normal distribution's tails [1, theorem 3.2]. The query's steps s are each wrong by up to s
 * evenly, which adds w s sqrt(D / 3). DEVIATIONS of both together are exceeded once in 30,000 rows.
 *
 * [1] as RabitqCodec says.
 */
/** Sketches of one bit a dimension that bound the distance, see {@link RabitqCodec}. */
public final class RabitqSketcher implements Sketcher {
  private static final double DEVIATIONS = 4;
  private static final int ROWS = Long.SIZE;

  private final Metric metric;
  private final float[] center;
  private final GraphKernels kernels;
  private final Rotation rotation;
  private final int bits;
  private final int stride;
  private final RabitqCodec.Rotated scratch;

  /** For a metric other than L1. */
  public RabitqSketcher(Metric metric, int dimensions, Kernels kernels) {
    this.metric = metric;
    this.center = new float[dimensions];
    this.kernels = GraphKernels.of(kernels);
    this.bits = RabitqCodec.bits(dimensions);
    this.rotation = new Rotation(bits);
    this.stride = HnswLayout.codeStride(Quantization.RABITQ, dimensions);
    this.scratch = new RabitqCodec.Rotated(bits);
  }

  private RabitqCodec codec(MemorySegment sketches) {
    return new RabitqCodec(metric, center, new GraphKernels.Rows(sketches, stride), rotation);
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
    return stride;
  }

  @Override
  public void write(float[] vector, MemorySegment sketches, int index) {
    codec(sketches).write(index, vector, scratch);
  }

  @Override
  public Near near(float[] query) {
    return new Query(query);
  }

  /** One query against blocks of rows. */
  private final class Query implements Near {
    private final RabitqCodec.Query query;
    private final double squaredNorm;
    private final double squaredStep;
    private final Batch batch = new Batch(ROWS);

    Query(float[] vector) {
      RabitqCodec codec = codec(MemorySegment.NULL);
      query = codec.query();
      codec.encode(vector, new RabitqCodec.Rotated(bits), query);
      squaredNorm = metric == Metric.COSINE ? 1 : Metric.squaredNorm(vector);
      double weight = query.weight;
      squaredStep = metric == Metric.L2 ? weight * weight / 2 : weight * weight;
    }

    @Override
    public long among(Rows rows, double worst) {
      batch.count = rows.count();
      for (int i = 0; i < rows.count(); i++) {
        batch.ordinals[i] = rows.first() + i;
      }
      GraphKernels.Rows codes = new GraphKernels.Rows(rows.sketches(), stride);
      kernels.bitDots(query.planes, codes, batch);
      double limit = limit(worst);
      long near = 0;
      for (int i = 0; i < rows.count(); i++) {
        // What is not a number is for the exact distance to judge.
        if (!(least(rows, i) > limit)) {
          near |= 1L << i;
        }
      }
      return near;
    }

    private double limit(double worst) {
      return switch (metric) {
        case COSINE -> worst - 1;
        case L2 -> worst * Math.abs(worst);
        case INNER_PRODUCT, L1 -> worst;
      };
    }

    /** As a score, surely no more than the exact one. */
    private double least(Rows rows, int i) {
      int row = rows.first() + i;
      long terms = (long) row * stride + bits / Byte.SIZE;
      double weight = rows.sketches().get(FloatScorer.FLOAT, terms);
      double bias = rows.sketches().get(FloatScorer.FLOAT, terms + Float.BYTES);
      double score =
          query.bias + bias - query.weight * weight * (2.0 * batch.scores[i] - query.sum);
      double norm = metric == Metric.COSINE ? 1 : rows.norms()[row];
      double spread = bits * weight * weight * (metric == Metric.L2 ? 0.5 : 1);
      double variance =
          Math.max(0, spread - norm * norm) / (bits - 1) * squaredNorm + spread * squaredStep / 3;
      return score - (metric == Metric.L2 ? 2 : 1) * DEVIATIONS * Math.sqrt(variance);
    }
  }
}
