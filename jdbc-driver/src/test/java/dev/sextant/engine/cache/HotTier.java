package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.VectorReader;
import dev.sextant.storage.memory.MemoryBudget;
import java.time.InstantSource;

/** The tier in memory alone, for the benchmark of it. */
public final class HotTier implements AutoCloseable {
  private final PrivateStore store;
  private final CacheValue value;

  /** An empty tier of so many bytes. */
  public HotTier(long bytes, PolicyKind policy) {
    this.store =
        new PrivateStore(bytes, policy, new MemoryBudget(2 * bytes), InstantSource.system());
    this.value = new CacheValue(0, 9, false, 2_000, 0, CacheValue.NEVER);
  }

  /** What a hit reads where it lies. */
  public boolean view(CacheKey key, VectorReader reader) {
    return store.view(0, key, reader);
  }

  /** What a hit copies, its checksum verified. */
  public boolean read(CacheKey key, float[] target) {
    return store.read(0, key, target);
  }

  /** Offers a vector to the policy. */
  public void put(CacheKey key, float[] vector) {
    store.put(key, vector, value);
  }

  @Override
  public void close() {
    store.close();
  }
}
