package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;

/**
 * The inner loops of a graph search: a query against rows that lie scattered in memory.
 *
 * <p>Each takes the ordinals {@code rows[0..count)} and writes {@code out[0..count)}. Rows are
 * whole strides of 64 bytes, padded with zeros. Touching every row first, as the vector kernels do,
 * lets the processor fetch them from memory at the same time.
 */
sealed interface GraphKernels permits ScalarGraphKernels, SimdGraphKernels {
  /** Inner products in float32; the query is as long as a padded row. */
  void dots(float[] query, Rows rows, Batch batch);

  /** Squared Euclidean distances in float32. */
  void squaredL2s(float[] query, Rows rows, Batch batch);

  /**
   * Inner products of codes from -{@link Int8Codec#MAX_CODE} to that, as exact integers in float.
   */
  void codeDots(short[] query, Rows rows, Batch batch);

  /**
   * Sums of {@code 2 u - 15} over the bits that are set in a row, where bit p of {@code u} is in
   * plane p of the query. The four planes and one of all bits that count follow each other, each as
   * long as a row.
   */
  void bitDots(long[] query, Rows rows, Batch batch);

  /**
   * Which rows of a block are not surely farther than a limit: a bit for each. The block is {@code
   * groups} groups of sketches, at most four, at an offset.
   */
  long sketchesWithin(RabitqSketcher.Asked query, MemorySegment sketches, long offset, int groups);

  /** The kernels that go with those of the exact search. */
  static GraphKernels of(Kernels kernels) {
    if (!kernels.name().equals("simd")) {
      return new ScalarGraphKernels();
    }
    try {
      return Class.forName("dev.sextant.storage.vector.hnsw.SimdGraphKernels")
          .asSubclass(GraphKernels.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getTargetException());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the Vector API was there a moment ago", e);
    }
  }

  /** Rows of equal length in memory that the owner of the graph keeps open. */
  record Rows(MemorySegment data, int strideBytes) {}

  /** Ordinals to score, and their scores. One thread's scratch. */
  final class Batch {
    final int[] ordinals;
    final float[] scores;
    int count;

    /** Written so that touching memory is not taken for dead code. */
    int touched;

    Batch(int capacity) {
      ordinals = new int[capacity];
      scores = new float[capacity];
    }
  }
}
