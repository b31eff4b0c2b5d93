package dev.sextant.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.sextant.engine.cache.policy.CacheSimulation;
import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.EntryFilter;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.Slab;
import dev.sextant.storage.cache.SlabDamage;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.VectorReader;
import dev.sextant.storage.memory.MemoryBudget;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrivateStoreTest {
  private static final long SEED = Long.getLong("seed", 20_260_302L);
  private static final int DIMS = 384;

  private final ManualClock clock = new ManualClock();
  private final MemoryBudget budget = new MemoryBudget(256 << 20);

  private PrivateStore store(long bytes, PolicyKind policy) {
    return new PrivateStore(bytes, policy, budget, clock);
  }

  static CacheKey key(long number) {
    return new CacheKey(
        CacheSimulation.mix(4 * number + 1),
        CacheSimulation.mix(4 * number + 2),
        CacheSimulation.mix(4 * number + 3),
        CacheSimulation.mix(4 * number + 4));
  }

  /** A vector that its key's number tells. */
  static float[] vector(long number, int dimensions) {
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = CacheSimulation.mix(number * 5000 + i) * 0x1p-64f;
    }
    return vector;
  }

  private CacheValue value(int model, int cost) {
    return new CacheValue(model, 9, false, cost, clock.millis(), CacheValue.NEVER);
  }

  private static ModelCounters.Counts counts(HotStore store, int model) {
    ModelCounters sum = new ModelCounters();
    store.count(sum);
    return sum.of(model);
  }

  @ParameterizedTest
  @EnumSource
  void theBudgetIsNeverExceededWhateverTheSizes(PolicyKind policy) {
    Random random = new Random(SEED);
    int[] dimensions = {8, 64, 384, 768, 1536};
    for (long bytes : new long[] {PrivateStore.MIN_BUDGET_BYTES, 1 << 20, 40 << 20}) {
      try (PrivateStore store = store(bytes, policy)) {
        for (int i = 0; i < 20_000; i++) {
          // One size for a while, then all: pages taken for one serve the others.
          int kind = i < 8000 ? i / 4000 : random.nextInt(dimensions.length);
          int size = dimensions[kind];
          long number = random.nextInt(5000) * 10L + kind;
          float[] target = new float[size];
          if (store.read(0, key(number), target)) {
            assertThat(target).isEqualTo(vector(number, size));
          } else {
            store.put(key(number), vector(number, size), value(0, 1000 + random.nextInt(1000)));
          }
          assertThat(store.usedBytes()).isLessThanOrEqualTo(bytes);
          assertThat(budget.used()).isEqualTo(store.usedBytes());
        }
        ModelCounters.Counts counts = counts(store, 0);
        assertThat(counts.hits).isPositive();
        assertThat(counts.bytes).isLessThanOrEqualTo(bytes).isGreaterThan(bytes / 8);
        List<StoredEntry> listed = new ArrayList<>();
        store.forEach(listed::add);
        assertThat(counts.entries).isEqualTo(listed.size());
        assertThat(counts.bytes)
            .isEqualTo(listed.stream().mapToLong(e -> Slab.bytesOf(e.dimensions())).sum());
      }
      assertThat(budget.used()).isZero();
    }
  }

  @Test
  void whereTheDatabaseHasNoMoreMemoryTheCacheMakesDo() {
    MemoryBudget small = new MemoryBudget(1 << 20);
    try (PrivateStore store = new PrivateStore(8 << 20, PolicyKind.WTINYLFU, small, clock)) {
      for (int i = 0; i < 5000; i++) {
        store.put(key(i), vector(i, DIMS), value(0, 1000));
      }
      assertThat(counts(store, 0).entries).isGreaterThan(400);
      assertThat(small.used()).isLessThanOrEqualTo(small.limit());
      small.reserve(small.limit() - small.used(), "another");
      for (int i = 5000; i < 6000; i++) {
        store.put(key(i), vector(i, DIMS), value(0, 1000));
      }
      assertThat(counts(store, 0).entries).isGreaterThan(400);
    }
  }

  @Test
  void evictsAsTheSimulationDoes() {
    Random random = new Random(SEED);
    long bytes = 2 << 20;
    try (PrivateStore store = store(bytes, PolicyKind.LRU)) {
      int filled = 0;
      while (counts(store, 0).evictions == 0) {
        store.put(key(-1 - filled), vector(0, DIMS), value(0, 1));
        filled++;
      }
      CacheSimulation simulation = new CacheSimulation(PolicyKind.LRU, filled - 1);
      for (int i = 0; i < filled; i++) {
        simulation.request(-1 - i);
      }
      float[] target = new float[DIMS];
      for (int i = 0; i < 100_000; i++) {
        long number = (long) (5000 * Math.pow(random.nextDouble(), 2));
        boolean hit = store.read(0, key(number), target);
        assertThat(hit).as("request %d", i).isEqualTo(simulation.request(number));
        if (!hit) {
          store.put(key(number), vector(number, DIMS), value(0, 1));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHitAllocatesNothing(PolicyKind policy) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (PrivateStore store = store(16 << 20, policy)) {
      CacheKey[] keys = new CacheKey[500];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = key(i);
        store.put(keys[i], vector(i, DIMS), value(0, 1));
      }
      float[] target = new float[DIMS];
      read(store, keys, target, 200);
      long before = threads.getCurrentThreadAllocatedBytes();
      read(store, keys, target, 1000);
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      // The call that asks allocates a little itself.
      assertThat(bytes).isLessThan(5000);
    }
  }

  private static void read(PrivateStore store, CacheKey[] keys, float[] target, int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (CacheKey key : keys) {
        if (!store.read(0, key, target)) {
          throw new AssertionError("a miss of " + key);
        }
      }
    }
  }

  @Test
  void anExpiredEntryIsAMissAndGone() {
    try (PrivateStore store = store(1 << 20, PolicyKind.S3FIFO)) {
      long expires = clock.millis() + 5000;
      store.put(key(1), vector(1, 8), new CacheValue(0, 9, true, 40, clock.millis(), expires));
      assertThat(store.get(0, key(1)).orElseThrow().value().truncated()).isTrue();
      clock.advance(Duration.ofMillis(4999));
      assertThat(store.read(0, key(1), new float[8])).isTrue();
      clock.advance(Duration.ofMillis(1));
      assertThat(store.read(0, key(1), new float[8])).isFalse();
      ModelCounters.Counts counts = counts(store, 0);
      assertThat(counts.expirations).isEqualTo(1);
      assertThat(counts.misses).isEqualTo(1);
      assertThat(counts.hits).isEqualTo(2);
      assertThat(counts.savedMicros).isEqualTo(80);
      assertThat(counts.entries).isZero();
    }
  }

  @Test
  void aVectorReadWhereItLiesIsCheckedEveryTenSeconds() {
    try (PrivateStore store = store(1 << 20, PolicyKind.LRU)) {
      float[] seen = new float[DIMS];
      VectorReader reader =
          (memory, offset, dimensions) ->
              MemorySegment.copy(
                  memory, ValueLayout.JAVA_FLOAT_UNALIGNED, offset, seen, 0, dimensions);
      store.put(key(1), vector(1, DIMS), value(0, 1));
      assertThat(store.view(0, key(1), reader)).isTrue();
      assertThat(seen).isEqualTo(vector(1, DIMS));
      assertThat(store.view(0, key(2), reader)).isFalse();
      assertThat(counts(store, 0).hits).isEqualTo(1);
      assertThat(counts(store, 0).misses).isEqualTo(1);
      Slab slab = store.stripe(key(1)).slab();
      SlabDamage.flip(slab, slab.find(key(1)), 77);
      clock.advance(Duration.ofSeconds(10));
      // The clock is looked at now and then only.
      for (int i = 0; i < 64; i++) {
        store.view(0, key(2), reader);
      }
      assertThat(store.view(0, key(1), reader)).isFalse();
      assertThat(counts(store, 0).checksumFailures).isEqualTo(1);
      assertThat(counts(store, 0).entries).isZero();
    }
  }

  @Test
  void aDamagedVectorIsAMissAndGone() {
    try (PrivateStore store = store(1 << 20, PolicyKind.WTINYLFU)) {
      store.put(key(1), vector(1, DIMS), value(0, 1));
      store.put(key(2), vector(2, DIMS), value(0, 1));
      Slab slab = store.stripe(key(1)).slab();
      SlabDamage.flip(slab, slab.find(key(1)), 5555);
      assertThat(store.peek(key(1))).isEmpty();
      assertThat(store.read(0, key(1), new float[DIMS])).isFalse();
      ModelCounters.Counts counts = counts(store, 0);
      assertThat(counts.checksumFailures).isEqualTo(1);
      assertThat(counts.misses).isEqualTo(1);
      assertThat(counts.entries).isEqualTo(1);
      assertThat(store.get(0, key(1))).isEmpty();
      assertThat(counts(store, 0).checksumFailures).isEqualTo(1);
      assertThat(store.put(key(1), vector(1, DIMS), value(0, 1))).isTrue();
      assertThat(store.read(0, key(1), new float[DIMS])).isTrue();
    }
  }

  @Test
  void pinnedEntriesStay() {
    try (PrivateStore store = store(1 << 20, PolicyKind.WTINYLFU)) {
      for (int i = 0; i < 20; i++) {
        store.put(key(i), vector(i, DIMS), value(0, 1));
        assertThat(store.pin(key(i), true)).isTrue();
        assertThat(store.pin(key(i), true)).isTrue();
      }
      assertThat(store.pin(key(999), true)).isFalse();
      for (int i = 100; i < 10_000; i++) {
        store.put(key(i), vector(i, DIMS), value(0, 1));
      }
      assertThat(store.evict(Long.MAX_VALUE)).isPositive();
      for (int i = 0; i < 20; i++) {
        assertThat(store.read(0, key(i), new float[DIMS])).isTrue();
        assertThat(store.pin(key(i), false)).isTrue();
      }
      assertThat(store.evict(Long.MAX_VALUE)).isEqualTo(20L * Slab.bytesOf(DIMS));
      assertThat(counts(store, 0).entries).isZero();
    }
  }

  @Test
  void pinsMayTakeHalfOfTheCache() {
    try (PrivateStore store = store(1 << 20, PolicyKind.LRU)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  store.put(key(i), vector(i, DIMS), value(0, 1));
                  store.pin(key(i), true);
                }
              })
          .isInstanceOf(SextantException.class)
          .hasMessageContaining("at most half");
      assertThat(counts(store, 0).bytes).isBetween(450_000L, 550_000L);
    }
  }

  @Test
  void evictFreesAtLeastWhatIsAskedFor() {
    try (PrivateStore store = store(40 << 20, PolicyKind.GDSF)) {
      for (int i = 0; i < 5000; i++) {
        store.put(key(i), vector(i, DIMS), value(0, 1));
      }
      long before = counts(store, 0).bytes;
      long evicted = store.evict(1_000_000);
      assertThat(evicted).isBetween(1_000_000L, 1_100_000L);
      assertThat(counts(store, 0).bytes).isEqualTo(before - evicted);
      assertThat(store.evict(0)).isZero();
    }
  }

  @Test
  void invalidatesByModelAndAge() {
    try (PrivateStore store = store(1 << 20, PolicyKind.LRU)) {
      for (int i = 0; i < 30; i++) {
        store.put(key(i), vector(i, 8), value(i % 3, 1));
        clock.advance(Duration.ofSeconds(1));
      }
      long tenOld = clock.millis() - 20_000;
      assertThat(store.invalidate(new EntryFilter(1, tenOld))).isEqualTo(3);
      assertThat(store.invalidate(new EntryFilter(2, Long.MAX_VALUE))).isEqualTo(10);
      assertThat(store.invalidate(new EntryFilter(EntryFilter.ANY_MODEL, tenOld))).isEqualTo(4);
      assertThat(counts(store, 0).entries).isEqualTo(6);
      assertThat(counts(store, 1).entries).isEqualTo(7);
    }
  }

  @Test
  void sixteenThreadsNeverSeeAWrongVector() throws Exception {
    try (PrivateStore store = store(20 << 20, PolicyKind.WTINYLFU);
        ExecutorService threads = Executors.newFixedThreadPool(16)) {
      List<Future<Integer>> running = new ArrayList<>();
      for (int t = 0; t < 16; t++) {
        Random random = new Random(SEED + t);
        running.add(threads.submit(() -> readAndWrite(store, random)));
      }
      for (Future<Integer> thread : running) {
        assertThat(thread.get()).isPositive();
      }
      assertThat(store.usedBytes()).isLessThanOrEqualTo(store.budgetBytes());
    }
  }

  private int readAndWrite(PrivateStore store, Random random) {
    int hits = 0;
    for (int i = 0; i < 3000; i++) {
      long number = (long) (30_000 * Math.pow(random.nextDouble(), 4));
      int dimensions = number % 3 == 0 ? 100 : DIMS;
      float[] target = new float[dimensions];
      if (store.read(0, key(number), target)) {
        hits++;
        assertThat(target).isEqualTo(vector(number, dimensions));
      } else {
        store.put(key(number), vector(number, dimensions), value(0, 1));
      }
      if (i % 500 == 0) {
        store.evict(10_000);
        store.invalidate(new EntryFilter(7, Long.MAX_VALUE));
        store.forEach(listed -> assertThat(listed.dimensions()).isIn(100, DIMS));
      }
    }
    return hits;
  }

  @Test
  void afterCloseAllCallsSaySo() {
    PrivateStore store = store(1 << 20, PolicyKind.LRU);
    store.close();
    store.close();
    Map<String, Runnable> calls = new HashMap<>();
    calls.put("read", () -> store.read(0, key(1), new float[1]));
    calls.put("put", () -> store.put(key(1), new float[1], value(0, 1)));
    calls.put("pin", () -> store.pin(key(1), true));
    calls.put("evict", () -> store.evict(1));
    calls.forEach(
        (name, call) ->
            assertThatThrownBy(call::run)
                .as(name)
                .isInstanceOfSatisfying(
                    StorageException.class,
                    e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CLOSED)));
  }

  @Test
  void aBudgetThatHoldsNothingIsRefused() {
    assertThatThrownBy(() -> store(1000, PolicyKind.LRU))
        .isInstanceOf(SextantException.class)
        .hasMessageContaining("cache.hot_bytes expects at least 65536");
  }
}
