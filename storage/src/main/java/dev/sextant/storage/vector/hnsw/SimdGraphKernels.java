package dev.sextant.storage.vector.hnsw;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/*
 * Codes. Both factors are at most 63 in size, so that eight products fit a short: 8 * 63 * 63 <
 * 2^15. The sums stay in short lanes that long, which takes one multiplication and one addition for
 * a whole vector of codes, and only then are widened to int.
 */
/** Graph kernels on the Vector API. {@link GraphKernels} loads this class by name. */
final class SimdGraphKernels implements GraphKernels {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));

  /** Rows of a group of sketches at a time: no vector is longer than a group. */
  private static final VectorSpecies<Integer> ROWS =
      INTS.length() <= RabitqSketcher.GROUP ? INTS : IntVector.SPECIES_512;

  private static final VectorSpecies<Float> ROW_TERMS =
      VectorSpecies.of(float.class, ROWS.vectorShape());
  private static final int GROUP_LANES = ROWS.length();
  private static final int LANES = FLOATS.length();
  private static final int CODES = BYTES.length();

  /** Codes that two sums take before they must be widened. */
  private static final int BLOCK = 2 * 8 * CODES;

  private static final int LINE = 64;

  SimdGraphKernels() {}

  @Override
  public void dots(float[] query, Rows rows, Batch batch) {
    int stride = rows.strideBytes();
    touch(rows, batch);
    for (int i = 0; i < batch.count; i++) {
      MemorySegment x = rows.data().asSlice((long) batch.ordinals[i] * stride, stride);
      batch.scores[i] = dot(query, x, stride / Float.BYTES);
    }
  }

  @Override
  public void squaredL2s(float[] query, Rows rows, Batch batch) {
    int stride = rows.strideBytes();
    touch(rows, batch);
    for (int i = 0; i < batch.count; i++) {
      MemorySegment x = rows.data().asSlice((long) batch.ordinals[i] * stride, stride);
      batch.scores[i] = squaredL2(query, x, stride / Float.BYTES);
    }
  }

  @Override
  public void codeDots(short[] query, Rows rows, Batch batch) {
    int stride = rows.strideBytes();
    touch(rows, batch);
    for (int i = 0; i < batch.count; i++) {
      MemorySegment x = rows.data().asSlice((long) batch.ordinals[i] * stride, stride);
      batch.scores[i] = codeDot(query, x, stride);
    }
  }

  @Override
  public void bitDots(long[] query, Rows rows, Batch batch) {
    int stride = rows.strideBytes();
    touchFirst(rows, batch);
    for (int i = 0; i < batch.count; i++) {
      MemorySegment x = rows.data().asSlice((long) batch.ordinals[i] * stride, stride);
      batch.scores[i] = bitDot(query, x, stride / Long.BYTES);
    }
  }

  @Override
  public long sketchesWithin(
      RabitqSketcher.Asked query, MemorySegment sketches, long offset, int groups) {
    long near = 0;
    for (int group = 0; group < groups; group++) {
      long start = offset + (long) group * query.groupBytes();
      for (int row = 0; row < RabitqSketcher.GROUP; row += GROUP_LANES) {
        long within = within(query, sketches, start + (long) row * Integer.BYTES);
        near |= within << (group * RabitqSketcher.GROUP + row);
      }
    }
    return near;
  }

  /** A bit for each of as many rows as there are lanes. */
  private static long within(RabitqSketcher.Asked query, MemorySegment sketches, long row) {
    int words = query.words();
    int[] planes = query.planes();
    IntVector ones = IntVector.zero(ROWS);
    IntVector twos = IntVector.zero(ROWS);
    IntVector fours = IntVector.zero(ROWS);
    IntVector eights = IntVector.zero(ROWS);
    for (int w = 0; w < words; w++) {
      IntVector bits =
          IntVector.fromMemorySegment(
              ROWS, sketches, row + (long) w * RabitqSketcher.GROUP_WORD, ByteOrder.LITTLE_ENDIAN);
      ones = ones.add(bits.and(planes[w]).lanewise(VectorOperators.BIT_COUNT));
      twos = twos.add(bits.and(planes[words + w]).lanewise(VectorOperators.BIT_COUNT));
      fours = fours.add(bits.and(planes[2 * words + w]).lanewise(VectorOperators.BIT_COUNT));
      eights = eights.add(bits.and(planes[3 * words + w]).lanewise(VectorOperators.BIT_COUNT));
    }
    IntVector high = eights.lanewise(VectorOperators.LSHL, 1).add(fours);
    IntVector low = twos.lanewise(VectorOperators.LSHL, 1).add(ones);
    IntVector steps = high.lanewise(VectorOperators.LSHL, 2).add(low);
    return least(query.least(), steps, sketches, row + (long) words * RabitqSketcher.GROUP_WORD)
        .compare(VectorOperators.GT, query.limit())
        .not()
        .toLong();
  }

  private static FloatVector least(
      RabitqSketcher.Least least, IntVector steps, MemorySegment sketches, long terms) {
    FloatVector weight = term(sketches, terms, 0);
    FloatVector product =
        ((FloatVector) steps.convertShape(VectorOperators.I2F, ROW_TERMS, 0))
            .mul(4)
            .sub(term(sketches, terms, 3).mul(30))
            .sub(least.sum())
            .mul(weight.mul(least.slope()));
    FloatVector deviation =
        term(sketches, terms, 2)
            .mul(least.ofSpread())
            .add(weight.mul(weight).mul(least.ofWeight()))
            .lanewise(VectorOperators.SQRT);
    return term(sketches, terms, 1).add(least.base()).sub(product).sub(deviation);
  }

  private static FloatVector term(MemorySegment sketches, long terms, int which) {
    long at = terms + (long) which * RabitqSketcher.GROUP_WORD;
    return FloatVector.fromMemorySegment(ROW_TERMS, sketches, at, ByteOrder.LITTLE_ENDIAN);
  }

  private static float dot(float[] q, MemorySegment x, int dims) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = FloatVector.zero(FLOATS);
    FloatVector s2 = FloatVector.zero(FLOATS);
    FloatVector s3 = FloatVector.zero(FLOATS);
    int d = 0;
    for (; d <= dims - 4 * LANES; d += 4 * LANES) {
      s0 = floats(q, d).fma(floats(x, d), s0);
      s1 = floats(q, d + LANES).fma(floats(x, d + LANES), s1);
      s2 = floats(q, d + 2 * LANES).fma(floats(x, d + 2 * LANES), s2);
      s3 = floats(q, d + 3 * LANES).fma(floats(x, d + 3 * LANES), s3);
    }
    for (; d < dims; d += LANES) {
      s0 = floats(q, d).fma(floats(x, d), s0);
    }
    return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
  }

  private static float squaredL2(float[] q, MemorySegment x, int dims) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = FloatVector.zero(FLOATS);
    FloatVector s2 = FloatVector.zero(FLOATS);
    FloatVector s3 = FloatVector.zero(FLOATS);
    int d = 0;
    for (; d <= dims - 4 * LANES; d += 4 * LANES) {
      FloatVector d0 = floats(q, d).sub(floats(x, d));
      FloatVector d1 = floats(q, d + LANES).sub(floats(x, d + LANES));
      FloatVector d2 = floats(q, d + 2 * LANES).sub(floats(x, d + 2 * LANES));
      FloatVector d3 = floats(q, d + 3 * LANES).sub(floats(x, d + 3 * LANES));
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
      s2 = d2.fma(d2, s2);
      s3 = d3.fma(d3, s3);
    }
    for (; d < dims; d += LANES) {
      FloatVector d0 = floats(q, d).sub(floats(x, d));
      s0 = d0.fma(d0, s0);
    }
    return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
  }

  private static int codeDot(short[] q, MemorySegment x, int dims) {
    IntVector sum = IntVector.zero(INTS);
    for (int from = 0; from < dims; from += BLOCK) {
      int end = Math.min(dims, from + BLOCK);
      ShortVector s0 = ShortVector.zero(SHORTS);
      ShortVector s1 = ShortVector.zero(SHORTS);
      for (int d = from; d < end; d += 2 * CODES) {
        s0 = s0.add(codes(x, d).mul(shorts(q, d)));
        s1 = s1.add(codes(x, d + CODES).mul(shorts(q, d + CODES)));
      }
      sum = sum.add(widen(s0)).add(widen(s1));
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  private static long bitDot(long[] q, MemorySegment x, int words) {
    LongVector sum = LongVector.zero(LONGS);
    for (int w = 0; w < words; w += LONGS.length()) {
      LongVector bits = LongVector.fromMemorySegment(LONGS, x, 8L * w, ByteOrder.LITTLE_ENDIAN);
      LongVector all = common(bits, q, 4 * words + w);
      LongVector ones = common(bits, q, w);
      LongVector twos = common(bits, q, words + w);
      LongVector fours = common(bits, q, 2 * words + w);
      LongVector eights = common(bits, q, 3 * words + w);
      LongVector high = eights.lanewise(VectorOperators.LSHL, 1).add(fours);
      LongVector low = twos.lanewise(VectorOperators.LSHL, 1).add(ones);
      LongVector sixteenths =
          high.lanewise(VectorOperators.LSHL, 2)
              .add(low)
              .sub(all.lanewise(VectorOperators.LSHL, 3));
      sum = sum.add(sixteenths.lanewise(VectorOperators.LSHL, 1)).add(all);
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  private static LongVector common(LongVector bits, long[] q, int w) {
    return bits.and(LongVector.fromArray(LONGS, q, w)).lanewise(VectorOperators.BIT_COUNT);
  }

  /** The sums of each pair of lanes. */
  private static IntVector widen(ShortVector s) {
    IntVector pairs = s.reinterpretAsInts();
    return pairs
        .lanewise(VectorOperators.LSHL, 16)
        .lanewise(VectorOperators.ASHR, 16)
        .add(pairs.lanewise(VectorOperators.ASHR, 16));
  }

  private static void touchFirst(Rows rows, Batch batch) {
    MemorySegment data = rows.data();
    int touched = 0;
    for (int i = 0; i < batch.count; i++) {
      touched += data.get(ValueLayout.JAVA_BYTE, (long) batch.ordinals[i] * rows.strideBytes());
    }
    batch.touched = touched;
  }

  /** Loads a byte of each cache line of each row, whose fetches so overlap. */
  private static void touch(Rows rows, Batch batch) {
    MemorySegment data = rows.data();
    int stride = rows.strideBytes();
    int touched = 0;
    for (int i = 0; i < batch.count; i++) {
      long offset = (long) batch.ordinals[i] * stride;
      for (int line = 0; line < stride; line += LINE) {
        touched += data.get(ValueLayout.JAVA_BYTE, offset + line);
      }
    }
    batch.touched = touched;
  }

  private static ShortVector codes(MemorySegment x, int d) {
    return (ShortVector)
        ByteVector.fromMemorySegment(BYTES, x, d, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.B2S, SHORTS, 0);
  }

  private static ShortVector shorts(short[] q, int d) {
    return ShortVector.fromArray(SHORTS, q, d);
  }

  private static FloatVector floats(float[] q, int d) {
    return FloatVector.fromArray(FLOATS, q, d);
  }

  private static FloatVector floats(MemorySegment x, int d) {
    return FloatVector.fromMemorySegment(FLOATS, x, 4L * d, ByteOrder.LITTLE_ENDIAN);
  }
}
