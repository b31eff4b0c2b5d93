package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.EntryFilter;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.SlabMemory;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.StoredVector;
import dev.sextant.storage.cache.VectorReader;
import dev.sextant.storage.memory.MemoryBudget;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Vectors off-heap in this process, in stripes by the key: each has its slab, its policy and its
 * lock, so that threads meet only where their keys do.
 */
final class PrivateStore implements HotStore {
  /** The least budget that makes sense. */
  static final long MIN_BUDGET_BYTES = 64 << 10;

  private static final long BYTES_PER_STRIPE = 8 << 20;
  private static final int MAX_STRIPES = 16;

  private final CacheMemory.Given given;
  private final SlabMemory memory;
  private final PolicyKind policy;
  private final long budgetBytes;
  private final Stripe[] stripes;
  private final int stripeShift;

  /**
   * An empty store.
   *
   * @param budgetBytes the most off-heap memory, index included
   * @param budget the database's, from which it is drawn as it is needed
   */
  PrivateStore(long budgetBytes, PolicyKind policy, MemoryBudget budget, InstantSource clock) {
    this(new CacheMemory.Given(new SlabMemory(budgetBytes, budget), null), policy, clock);
  }

  /**
   * An empty store.
   *
   * @param given its own, with the most that it may take
   */
  PrivateStore(CacheMemory.Given given, PolicyKind policy, InstantSource clock) {
    this.given = given;
    this.memory = given.memory();
    long budgetBytes = memory.limitBytes();
    if (budgetBytes < MIN_BUDGET_BYTES) {
      memory.close();
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Setting cache.hot_bytes expects at least "
              + MIN_BUDGET_BYTES
              + " but got "
              + budgetBytes
              + ". Give it in bytes.");
    }
    this.policy = policy;
    this.budgetBytes = budgetBytes;
    int wanted = Math.clamp(budgetBytes / BYTES_PER_STRIPE, 1, MAX_STRIPES);
    this.stripes = new Stripe[Integer.highestOneBit(wanted)];
    this.stripeShift = Long.SIZE - Integer.numberOfTrailingZeros(stripes.length);
    try {
      for (int i = 0; i < stripes.length; i++) {
        stripes[i] = new Stripe(memory, budgetBytes / stripes.length, policy, clock);
      }
    } catch (RuntimeException failure) {
      memory.close();
      throw failure;
    }
  }

  /** The stripe of a key. */
  Stripe stripe(CacheKey key) {
    return stripes[stripes.length == 1 ? 0 : (int) (key.a() >>> stripeShift)];
  }

  @Override
  public String tier() {
    return "hot";
  }

  @Override
  public boolean read(int model, CacheKey key, float[] target) {
    return stripe(key).read(model, key, target);
  }

  @Override
  public boolean view(int model, CacheKey key, VectorReader reader) {
    return stripe(key).view(model, key, reader);
  }

  @Override
  public Optional<StoredVector> get(int model, CacheKey key) {
    return stripe(key).get(model, key);
  }

  @Override
  public Optional<StoredVector> peek(CacheKey key) {
    return stripe(key).peek(key);
  }

  @Override
  public boolean put(CacheKey key, float[] vector, CacheValue value) {
    return stripe(key).put(key, vector, value);
  }

  @Override
  public boolean pin(CacheKey key, boolean pinned) {
    return stripe(key).pin(key, pinned);
  }

  @Override
  public long evict(long bytes) {
    long evicted = 0;
    long before = -1;
    while (evicted < bytes && evicted > before) {
      before = evicted;
      for (int i = 0; i < stripes.length && evicted < bytes; i++) {
        int left = stripes.length - i;
        evicted += stripes[i].evict((bytes - evicted + left - 1) / left);
      }
    }
    return evicted;
  }

  @Override
  public long invalidate(EntryFilter filter) {
    long removed = 0;
    for (Stripe stripe : stripes) {
      removed += stripe.invalidate(filter);
    }
    return removed;
  }

  @Override
  public void forEach(Consumer<StoredEntry> consumer) {
    for (Stripe stripe : stripes) {
      stripe.list().forEach(consumer);
    }
  }

  @Override
  public void count(ModelCounters sum) {
    for (Stripe stripe : stripes) {
      stripe.count(sum);
    }
  }

  @Override
  public String file() {
    return "";
  }

  @Override
  public PolicyKind policy() {
    return policy;
  }

  @Override
  public long usedBytes() {
    return memory.usedBytes();
  }

  @Override
  public long budgetBytes() {
    return budgetBytes;
  }

  @Override
  public Optional<RegionReport> placed() {
    return given.report();
  }

  /**
   * Nothing where its memory has grown as far as was asked for.
   *
   * @throws dev.sextant.storage.StorageException why it has not
   */
  void requireGrown() {
    memory
        .refusal()
        .ifPresent(
            refused -> {
              throw refused;
            });
  }

  @Override
  public long bookkeepingBytes() {
    long bytes = 0;
    for (Stripe stripe : stripes) {
      bytes += stripe.bookkeepingBytes();
    }
    return bytes;
  }

  @Override
  public void close() {
    for (Stripe stripe : stripes) {
      stripe.close();
    }
    memory.close();
  }
}
