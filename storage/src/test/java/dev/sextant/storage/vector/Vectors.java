package dev.sextant.storage.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/** Vectors and kernels for tests. */
final class Vectors {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Vectors() {}

  /** The kernels that every test of a search runs on. */
  static List<Kernels> allKernels() {
    return List.of(
        KernelProvider.select("simd").kernels(), KernelProvider.select("scalar").kernels());
  }

  static float[] gaussian(Random random, int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** The seed of a test: {@code -Dseed=} if given, else {@code fallback}; printed by the test. */
  static long seed(long fallback) {
    return Long.getLong("seed", fallback);
  }

  /** {@code vector} in memory from {@code offset}, with other numbers around it. */
  static MemorySegment segment(Arena arena, float[] vector, long offset) {
    long bytes = (long) vector.length * Float.BYTES;
    MemorySegment segment = arena.allocate(offset + bytes + 64, 64);
    segment.fill((byte) 0x41);
    MemorySegment.copy(vector, 0, segment, FLOAT, offset, vector.length);
    return segment;
  }
}
