package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sextant.storage.memory.MemoryBudget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Real embeddings: the nearest ten of each query are exactly those of a float64 computation. */
class WordnetVectorsTest {
  private static final int DIMS = 384;
  private static final int ROWS = 10_000;
  private static final int QUERIES = 200;
  private static final int REFERENCE_K = 100;
  private static final int K = 10;

  private final Path folder =
      Path.of(System.getProperty("sextant.root"), "..", "shared", "data", "vectors");

  @Test
  void findsTheReferenceNeighbours() throws IOException {
    assumeTrue(Files.isDirectory(folder), () -> "skipped: no " + folder.normalize());
    float[][] base = read("wordnet10k-base.f32", ROWS);
    float[][] queries = read("wordnet10k-query.f32", QUERIES);
    Map<Metric, String> references =
        Map.of(Metric.COSINE, "wordnet10k-top100-cos.i32", Metric.L2, "wordnet10k-top100-l2.i32");
    for (Kernels kernels : Vectors.allKernels()) {
      MemoryBudget budget = new MemoryBudget(100L << 20);
      try (VectorStore store = new VectorStore("wordnet.v", DIMS, budget, kernels)) {
        for (int row = 0; row < ROWS; row++) {
          store.put(row, base[row], 1);
        }
        for (Map.Entry<Metric, String> reference : references.entrySet()) {
          int[][] expected = neighbours(reference.getValue());
          for (int query = 0; query < QUERIES; query++) {
            Hits hits = store.search(SearchRequest.of(queries[query], reference.getKey(), K, 1));
            assertThat(Arrays.stream(hits.rowids()).mapToInt(Math::toIntExact).toArray())
                .as("%s of query %d by %s", reference.getKey(), query, kernels.name())
                .isEqualTo(expected[query]);
          }
        }
      }
    }
  }

  private float[][] read(String file, int rows) throws IOException {
    ByteBuffer bytes = bytes(file);
    float[][] vectors = new float[rows][DIMS];
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMS; i++) {
        vector[i] = bytes.getFloat();
      }
    }
    return vectors;
  }

  private int[][] neighbours(String file) throws IOException {
    ByteBuffer bytes = bytes(file);
    int[][] nearest = new int[QUERIES][K];
    for (int query = 0; query < QUERIES; query++) {
      for (int rank = 0; rank < REFERENCE_K; rank++) {
        int row = bytes.getInt();
        if (rank < K) {
          nearest[query][rank] = row;
        }
      }
    }
    return nearest;
  }

  private ByteBuffer bytes(String file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(file))).order(ByteOrder.LITTLE_ENDIAN);
  }
}
