package dev.sextant.storage.cache;

import java.lang.foreign.MemorySegment;

/** Reads a cached vector where it lies. */
public interface VectorReader {
  /**
   * Reads; the entry is locked meanwhile, so this is short and does not ask the cache for anything.
   *
   * @param memory holds the vector, and is not to be used afterwards
   * @param offset where the vector starts: {@code dimensions} little-endian floats
   */
  void read(MemorySegment memory, long offset, int dimensions);
}
