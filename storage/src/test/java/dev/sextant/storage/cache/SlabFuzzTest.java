package dev.sextant.storage.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.memory.MemoryBudget;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A slab under random operations, against a map. */
class SlabFuzzTest {
  private static final long SEED = Long.getLong("seed", 20_260_301L);
  private static final int[] DIMENSIONS = {1, 3, 64, 65, 100, 384, 384, 384, 768, 1024, 3000};

  /** What the slab should know of a key. */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  private record Known(int entry, float[] vector, CacheValue value) {}

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSIONS[random.nextInt(DIMENSIONS.length)]];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }

  /** Few first words: many keys of one bucket, and some that differ in the last word only. */
  private static CacheKey key(Random random) {
    return new CacheKey(random.nextInt(50), random.nextInt(2), 0, random.nextInt(3));
  }

  private static CacheValue value(Random random) {
    return new CacheValue(
        random.nextInt(CacheValue.MAX_MODELS),
        random.nextInt(1000),
        random.nextBoolean(),
        random.nextInt(100_000),
        1_700_000_000_000L + random.nextInt(1_000_000),
        random.nextBoolean() ? CacheValue.NEVER : random.nextLong(1L << 41));
  }

  @Test
  void holdsWhatAMapHolds() {
    Random random = new Random(SEED);
    for (int round = 0; round < 20; round++) {
      long limit = 30_000L + random.nextInt(400_000);
      MemoryBudget budget = new MemoryBudget(1 << 20);
      try (SlabMemory memory = new SlabMemory(limit, budget)) {
        Slab slab = new Slab(memory, limit);
        Map<CacheKey, Known> model = new HashMap<>();
        for (int i = 0; i < 3000; i++) {
          CacheKey key = key(random);
          if (random.nextInt(3) == 0) {
            remove(slab, model, key);
          } else if (!model.containsKey(key)) {
            store(slab, model, key, random);
          }
          check(slab, model, key(random));
          assertThat(memory.usedBytes()).isLessThanOrEqualTo(limit);
          assertThat(budget.used()).isEqualTo(memory.usedBytes());
        }
        model.keySet().forEach(key -> check(slab, model, key));
        assertThat(slab.records()).hasSize(model.size());
      }
      assertThat(budget.used()).isZero();
    }
  }

  private static void remove(Slab slab, Map<CacheKey, Known> model, CacheKey key) {
    Known known = model.remove(key);
    if (known != null) {
      slab.remove(known.entry());
    }
  }

  private static void store(Slab slab, Map<CacheKey, Known> model, CacheKey key, Random random) {
    float[] vector = vector(random);
    CacheValue value = value(random);
    int entry = slab.newEntry();
    while (entry == Slab.NONE || !slab.store(entry, key, vector, value)) {
      if (model.isEmpty()) {
        slab.remove(entry);
        return;
      }
      remove(slab, model, model.keySet().iterator().next());
      entry = entry == Slab.NONE ? slab.newEntry() : entry;
    }
    model.put(key, new Known(entry, vector, value));
  }

  private static void check(Slab slab, Map<CacheKey, Known> model, CacheKey key) {
    Known known = model.get(key);
    int record = slab.find(key);
    assertThat(slab.size()).isEqualTo(model.size());
    if (known == null) {
      assertThat(record).isEqualTo(Slab.NONE);
      return;
    }
    assertThat(slab.entry(record)).isEqualTo(known.entry());
    assertThat(slab.record(known.entry())).isEqualTo(record);
    assertThat(slab.key(record)).isEqualTo(key);
    assertThat(slab.value(record)).isEqualTo(known.value());
    assertThat(slab.lastUsedMillis(record) / 1000).isEqualTo(known.value().createdMillis() / 1000);
    float[] vector = new float[slab.dimensions(record)];
    assertThat(slab.read(record, vector)).isTrue();
    assertThat(vector).isEqualTo(known.vector());
    float[] seen = new float[vector.length];
    slab.view(
        record,
        (memory, offset, dimensions) ->
            MemorySegment.copy(memory, SlabLayout.FLOAT, offset, seen, 0, dimensions));
    assertThat(seen).isEqualTo(known.vector());
  }

  @Test
  void anyFlippedBitIsFound() {
    Random random = new Random(SEED);
    try (SlabMemory memory = new SlabMemory(1 << 20, new MemoryBudget(1 << 20))) {
      Slab slab = new Slab(memory, 1 << 20);
      // Two sizes in turn, each second one removed: the next vectors lie in pieces.
      List<Integer> entries = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int entry = slab.newEntry();
        entries.add(entry);
        CacheKey key = new CacheKey(i, 1, 1, 1);
        assertThat(slab.store(entry, key, new float[i % 2 == 0 ? 100 : 384], value(random)))
            .isTrue();
      }
      for (int i = 0; i < 40; i += 2) {
        slab.remove(entries.get(i));
      }
      for (int i = 0; i < 10; i++) {
        CacheKey key = new CacheKey(i, 2, 2, 2);
        float[] vector = new float[700];
        vector[i] = i;
        assertThat(slab.store(slab.newEntry(), key, vector, value(random))).isTrue();
        int record = slab.find(key);
        int bit = random.nextInt(700 * 32);
        slab.damage(record, bit);
        float[] target = new float[700];
        assertThat(slab.read(record, target)).isFalse();
        assertThat(target).containsOnly(0);
        slab.damage(record, bit);
        assertThat(slab.read(record, target)).isTrue();
        assertThat(target).isEqualTo(vector);
      }
    }
  }

  @Test
  void pinsAreRemembered() {
    try (SlabMemory memory = new SlabMemory(1 << 20, new MemoryBudget(1 << 20))) {
      Slab slab = new Slab(memory, 1 << 20);
      CacheKey key = new CacheKey(1, 2, 3, 4);
      slab.store(slab.newEntry(), key, new float[10], new CacheValue(16_383, 5, true, 7, 8, 9));
      int record = slab.find(key);
      assertThat(slab.pinned(record)).isFalse();
      slab.pin(record);
      assertThat(slab.pinned(record)).isTrue();
      assertThat(slab.model(record)).isEqualTo(16_383);
      assertThat(slab.read(record, new float[10])).isTrue();
      slab.unpin(record);
      assertThat(slab.pinned(record)).isFalse();
    }
  }

  @Test
  void refusesVectorsOfNoOrTooManyDimensionsAndArraysOfAnotherLength() {
    try (SlabMemory memory = new SlabMemory(1 << 20, new MemoryBudget(1 << 20))) {
      Slab slab = new Slab(memory, 1 << 20);
      int entry = slab.newEntry();
      CacheKey key = new CacheKey(1, 2, 3, 4);
      CacheValue value = new CacheValue(0, 5, true, 7, 8, 9);
      for (int dimensions : new int[] {0, Slab.MAX_DIMENSIONS + 1}) {
        assertThatThrownBy(() -> slab.store(entry, key, new float[dimensions], value))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("from 1 to 32767 dimensions but this one has " + dimensions);
      }
      slab.store(entry, key, new float[10], value);
      assertThatThrownBy(() -> slab.read(slab.find(key), new float[9]))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("10 dimensions cannot be copied to an array of 9");
    }
  }

  @Test
  void memoryRefusesWhatTheDatabaseHasNotGot() {
    MemoryBudget budget = new MemoryBudget(10_000);
    try (SlabMemory memory = new SlabMemory(50_000, budget)) {
      assertThat(memory.allocate(6000)).isPresent();
      assertThat(memory.allocate(6000)).isEmpty();
      assertThat(memory.usedBytes()).isEqualTo(6000);
      assertThat(memory.allocate(4000)).isPresent();
      assertThat(budget.used()).isEqualTo(10_000);
    }
    assertThat(budget.used()).isZero();
    try (SlabMemory small = new SlabMemory(10, budget)) {
      assertThatThrownBy(() -> new Slab(small, 1000))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("cache.hot_bytes or memory_limit");
    }
  }

  @Test
  void keysAreTheirDigests() {
    byte[] digest = new byte[32];
    new Random(SEED).nextBytes(digest);
    CacheKey key = CacheKey.of(digest);
    assertThat(key.toBytes()).isEqualTo(digest);
    assertThat(key.toString()).isEqualTo(java.util.HexFormat.of().formatHex(digest));
    byte[] larger = digest.clone();
    larger[31]++;
    assertThat(key.compareTo(CacheKey.of(larger))).isEqualTo(digest[31] == -1 ? 1 : -1);
    assertThat(key.compareTo(CacheKey.of(digest))).isZero();
  }
}
