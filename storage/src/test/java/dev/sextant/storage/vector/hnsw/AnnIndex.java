package dev.sextant.storage.vector.hnsw;

/** An index that {@link AnnBench} measures: built, and searched by one thread. */
interface AnnIndex extends AutoCloseable {
  /** The rows found, of which the first ten count. */
  int[] search(float[] query, int ef);

  /** Bytes of vectors, codes and graph. */
  long bytes();

  @Override
  void close();
}
