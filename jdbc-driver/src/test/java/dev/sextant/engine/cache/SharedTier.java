package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.ModelNames;
import dev.sextant.storage.cache.VectorReader;
import dev.sextant.storage.memory.MemoryBudget;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** The shared tier alone, for a benchmark of it; the JVM has its flags. */
public final class SharedTier implements AutoCloseable {
  private final SharedStore store;
  private final CacheValue value;

  /** A tier of so many bytes, in a folder of its own. */
  public SharedTier(Path folder, long bytes, PolicyKind policy) {
    ModelNames models = new ModelNames();
    int model = models.number("benchmark");
    this.value = new CacheValue(model, 9, false, 2_000, 0, CacheValue.NEVER);
    this.store =
        new SharedStore(
            SharedStore.Setup.of(
                CacheOptions.defaults(Optional.of(folder))
                    .withStore(CacheOptions.Store.SHARED)
                    .withHotBytes(bytes)
                    .withPolicy(policy),
                new MemoryBudget(2 * bytes),
                InstantSource.system(),
                new SharedStore.Told(
                    models,
                    warning -> {
                      throw new IllegalStateException(warning);
                    })));
  }

  /** What a hit reads. */
  public boolean view(CacheKey key, VectorReader reader) {
    return store.view(value.model(), key, reader);
  }

  /** What a hit copies. */
  public boolean read(CacheKey key, float[] target) {
    return store.read(value.model(), key, target);
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
