package dev.sextant.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.EntryFilter;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.ModelNames;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.memory.MemoryBudget;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What {@link SharedStoreTest} wants to see of the shared store, in a JVM that has the flags. */
final class SharedStoreScenarios {
  private static final int DIMS = 384;

  private final Path folder;
  private final ManualClock clock = new ManualClock();
  private final MemoryBudget memory = new MemoryBudget(64 << 20);
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final ModelNames models = new ModelNames();

  private SharedStoreScenarios(Path folder) {
    this.folder = folder;
    models.number("one");
    models.number("two");
    models.number("three");
  }

  /** A scenario. */
  private interface Scenario {
    void run(SharedStoreScenarios at) throws Exception;
  }

  private static Map<String, Scenario> scenarios() {
    Map<String, Scenario> all = new LinkedHashMap<>();
    all.put("contract", SharedStoreScenarios::contract);
    all.put("budget", SharedStoreScenarios::budget);
    all.put("expiry", SharedStoreScenarios::expiry);
    all.put("damage", SharedStoreScenarios::damage);
    all.put("pins", SharedStoreScenarios::pins);
    all.put("removal", SharedStoreScenarios::removal);
    all.put("restart", SharedStoreScenarios::restart);
    all.put("wrecks", SharedStoreScenarios::wrecks);
    all.put("twice", SharedStoreScenarios::twice);
    all.put("threads", SharedStoreScenarios::threads);
    all.put("reconfigure", SharedStoreScenarios::reconfigure);
    return all;
  }

  /** The names of all scenarios. */
  static List<String> names() {
    return List.copyOf(scenarios().keySet());
  }

  /** Runs all in a folder; says {@code ok} of each, or what went wrong. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = System.out;
    for (Map.Entry<String, Scenario> scenario : scenarios().entrySet()) {
      Path folder = Path.of(arguments[0], scenario.getKey());
      SharedStoreScenarios at = new SharedStoreScenarios(folder);
      try {
        scenario.getValue().run(at);
        assertThat(at.memory.used()).isZero();
        out.println(scenario.getKey() + " ok");
      } catch (AssertionError | RuntimeException failure) {
        out.println(scenario.getKey() + " failed " + at.warnings + " " + failure);
        for (StackTraceElement frame : failure.getStackTrace()) {
          out.println("  at " + frame);
        }
      }
    }
  }

  private CacheOptions options(long bytes) {
    return CacheOptions.defaults(Optional.of(folder))
        .withStore(CacheOptions.Store.SHARED)
        .withHotBytes(bytes);
  }

  private SharedStore store(long bytes, PolicyKind policy) {
    return new SharedStore(
        SharedStore.Setup.of(
            options(bytes).withPolicy(policy),
            memory,
            clock,
            new SharedStore.Told(models, warnings::add)));
  }

  private static CacheKey key(long number) {
    return PrivateStoreTest.key(number);
  }

  private static float[] vector(long number, int dimensions) {
    return PrivateStoreTest.vector(number, dimensions);
  }

  private CacheValue value(int model) {
    return new CacheValue(model, 9, false, 40, clock.millis(), CacheValue.NEVER);
  }

  private static ModelCounters.Counts counts(HotStore store, int model) {
    ModelCounters sum = new ModelCounters();
    store.count(sum);
    return sum.of(model);
  }

  private void contract() {
    try (SharedStore store = store(1 << 20, PolicyKind.LRU)) {
      CacheValue value = new CacheValue(1, 77, true, 40, clock.millis(), CacheValue.NEVER);
      assertThat(store.put(key(1), vector(1, DIMS), value)).isTrue();
      assertThat(store.put(key(1), vector(2, DIMS), value)).isTrue();
      float[] target = new float[DIMS];
      assertThat(store.read(1, key(1), target)).isTrue();
      assertThat(target).isEqualTo(vector(1, DIMS));
      assertThat(store.read(1, key(2), target)).isFalse();
      assertThat(store.get(1, key(1)).orElseThrow().value()).isEqualTo(value);
      assertThat(store.peek(key(1)).orElseThrow().vector()).isEqualTo(vector(1, DIMS));
      float[] seen = new float[1];
      assertThat(
              store.view(
                  1,
                  key(1),
                  (memory, offset, dimensions) ->
                      seen[0] = memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4)))
          .isTrue();
      assertThat(seen[0]).isEqualTo(vector(1, DIMS)[1]);
      assertThatThrownBy(() -> store.read(1, key(1), new float[3]))
          .hasMessageContaining("384 dimensions cannot be copied");
      ModelCounters.Counts counts = counts(store, 1);
      assertThat(counts.misses).isEqualTo(1);
      assertThat(counts.hits).isEqualTo(4);
      assertThat(counts.entries).isEqualTo(1);
      assertThat(counts.bytes).isEqualTo(1792);
      assertThat(store.put(key(9), vector(9, 5000), value(0))).isFalse();
      assertThat(counts(store, 0).rejections).isEqualTo(1);
      assertThat(store.tier()).isEqualTo("shared");
    }
    SharedStore store = store(1 << 20, PolicyKind.LRU);
    store.close();
    store.close();
    assertThatThrownBy(() -> store.get(1, key(1)))
        .isInstanceOfSatisfying(
            StorageException.class,
            e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CLOSED));
    assertThat(warnings).isEmpty();
  }

  private void budget() throws IOException {
    int[] dimensions = {8, 64, 384, 768, 1536};
    for (PolicyKind policy : PolicyKind.values()) {
      Random random = new Random(7);
      try (SharedStore store = store(policy == PolicyKind.LRU ? 65_536 : 3_000_000, policy)) {
        for (int i = 0; i < 6000; i++) {
          int kind = i < 3000 ? i / 1500 * 2 : random.nextInt(dimensions.length);
          int size = dimensions[kind];
          long number = random.nextInt(3000) * 10L + kind;
          float[] target = new float[size];
          if (store.read(0, key(number), target)) {
            assertThat(target).isEqualTo(vector(number, size));
          } else {
            store.put(key(number), vector(number, size), value(0));
          }
          assertThat(store.usedBytes()).isLessThanOrEqualTo(store.budgetBytes());
        }
        ModelCounters.Counts counts = counts(store, 0);
        assertThat(counts.hits).isPositive();
        assertThat(counts.evictions).isPositive();
        assertThat(counts.bytes).isGreaterThan(store.budgetBytes() / 3);
        assertThat(Files.size(folder.resolve("cache.shared")))
            .isLessThanOrEqualTo(store.budgetBytes());
      }
    }
    assertThat(warnings).isEmpty();
  }

  private void expiry() {
    try (SharedStore store = store(1 << 20, PolicyKind.S3FIFO)) {
      long expires = clock.millis() + 5000;
      store.put(key(1), vector(1, 8), new CacheValue(0, 9, true, 40, clock.millis(), expires));
      clock.advance(Duration.ofMillis(4999));
      assertThat(store.read(0, key(1), new float[8])).isTrue();
      clock.advance(Duration.ofMillis(1));
      assertThat(store.read(0, key(1), new float[8])).isFalse();
      assertThat(counts(store, 0).expirations).isEqualTo(1);
      assertThat(counts(store, 0).entries).isZero();
    }
  }

  private void damage() throws IOException {
    try (SharedStore store = store(1 << 20, PolicyKind.LRU)) {
      store.put(key(1), vector(1, DIMS), value(0));
      store.put(key(2), vector(2, DIMS), value(0));
      flip(folder.resolve("cache.shared"), vector(1, DIMS));
      assertThat(store.peek(key(1))).isEmpty();
      assertThat(store.read(0, key(1), new float[DIMS])).isFalse();
      assertThat(store.read(0, key(2), new float[DIMS])).isTrue();
      assertThat(counts(store, 0).checksumFailures).isEqualTo(1);
      assertThat(counts(store, 0).entries).isEqualTo(1);
      assertThat(store.put(key(1), vector(1, DIMS), value(0))).isTrue();
      assertThat(store.read(0, key(1), new float[DIMS])).isTrue();
    }
  }

  /** Flips a bit of a vector where it stands in a file. */
  private static void flip(Path file, float[] vector) throws IOException {
    ByteBuffer wanted = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    wanted.asFloatBuffer().put(vector, 0, 4);
    byte[] all = Files.readAllBytes(file);
    for (int at = 0; at + 16 <= all.length; at++) {
      if (ByteBuffer.wrap(all, at, 16).equals(wanted)) {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
          raw.seek(at + 100);
          raw.write(all[at + 100] ^ 4);
        }
        return;
      }
    }
    throw new AssertionError("no such vector in the file");
  }

  private void pins() {
    try (SharedStore store = store(1 << 20, PolicyKind.WTINYLFU)) {
      for (int i = 0; i < 20; i++) {
        store.put(key(i), vector(i, DIMS), value(0));
        assertThat(store.pin(key(i), true)).isTrue();
        assertThat(store.pin(key(i), true)).isTrue();
      }
      assertThat(store.pin(key(999), true)).isFalse();
      for (int i = 100; i < 3000; i++) {
        store.put(key(i), vector(i, DIMS), value(0));
      }
      assertThat(store.evict(Long.MAX_VALUE)).isPositive();
      for (int i = 0; i < 20; i++) {
        assertThat(store.read(0, key(i), new float[DIMS])).isTrue();
        assertThat(store.pin(key(i), false)).isTrue();
      }
      assertThat(store.evict(Long.MAX_VALUE)).isEqualTo(20L * 1792);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  store.put(key(i), vector(i, DIMS), value(0));
                  store.pin(key(i), true);
                }
              })
          .isInstanceOf(SextantException.class)
          .hasMessageContaining("at most half");
    }
  }

  private void removal() {
    try (SharedStore store = store(4 << 20, PolicyKind.GDSF)) {
      for (int i = 0; i < 300; i++) {
        store.put(key(i), vector(i, DIMS), value(i % 3));
        clock.advance(Duration.ofSeconds(1));
      }
      long evicted = store.evict(100_000);
      assertThat(evicted).isBetween(100_000L, 102_000L);
      List<StoredEntry> left = new ArrayList<>();
      store.forEach(left::add);
      assertThat(left).hasSize((int) (300 - evicted / 1792));
      long before = clock.millis() - 100_000;
      long expected =
          left.stream()
              .filter(e -> e.value().model() == 1 && e.value().createdMillis() < before)
              .count();
      assertThat(store.invalidate(new EntryFilter(1, before))).isEqualTo(expected).isPositive();
      assertThat(store.invalidate(new EntryFilter(2, Long.MAX_VALUE))).isPositive();
      assertThat(counts(store, 2).entries).isZero();
      assertThat(counts(store, 0).entries).isPositive();
    }
  }

  private void restart() throws IOException {
    try (SharedStore store = store(2 << 20, PolicyKind.LRU)) {
      for (int i = 0; i < 500; i++) {
        assertThat(store.put(key(i), vector(i, DIMS), value(2))).isTrue();
        clock.advance(Duration.ofSeconds(1));
      }
      store.pin(key(3), true);
    }
    ModelNames others = new ModelNames();
    try (SharedStore store =
        new SharedStore(
            SharedStore.Setup.of(
                options(2 << 20), memory, clock, new SharedStore.Told(others, warnings::add)))) {
      for (int i = 0; i < 500; i++) {
        assertThat(store.get(0, key(i)).orElseThrow().vector()).isEqualTo(vector(i, DIMS));
      }
      assertThat(others.name(0)).isEqualTo("three");
    }
    try (SharedStore store = store(500_000, PolicyKind.LRU)) {
      assertThat(Files.size(folder.resolve("cache.shared"))).isLessThanOrEqualTo(500_000);
      assertThat(store.peek(key(499))).isPresent();
      assertThat(store.peek(key(0))).isEmpty();
      assertThat(store.peek(key(3))).isPresent();
      // Full of entries that this process has not seen, and still it takes new ones.
      assertThat(store.put(key(1000), vector(1000, DIMS), value(0))).isTrue();
      assertThat(store.peek(key(3))).isPresent();
    }
    try (SharedStore store = store(30 << 20, PolicyKind.LRU)) {
      assertThat(store.peek(key(1000)).orElseThrow().vector()).isEqualTo(vector(1000, DIMS));
    }
    assertThat(warnings).isEmpty();
  }

  /** Whatever has become of the file, the store opens. */
  private void wrecks() throws IOException {
    Path file = folder.resolve("cache.shared");
    Random random = new Random(11);
    for (int wreck = 0; wreck < 8; wreck++) {
      try (SharedStore store = store(300_000, PolicyKind.LRU)) {
        for (int i = 0; i < 100; i++) {
          store.put(key(i), vector(i, DIMS), value(0));
          float[] vector = store.peek(key(i)).orElseThrow().vector();
          assertThat(vector).isEqualTo(vector(i, DIMS));
        }
      }
      byte[] bytes = Files.readAllBytes(file);
      byte[] noise = new byte[wreck < 4 ? 20_000 : bytes.length / 4];
      random.nextBytes(noise);
      switch (wreck) {
        case 0 -> Files.write(file, new byte[] {1, 2, 3});
        case 1 -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        case 2 -> Files.delete(file);
        case 3 -> Files.delete(folder.resolve("cache.shared.lock"));
        default -> {
          int at = wreck == 4 ? 0 : random.nextInt(bytes.length - noise.length);
          System.arraycopy(noise, 0, bytes, at, noise.length);
          Files.write(file, bytes);
        }
      }
      try (SharedStore store = store(300_000, PolicyKind.LRU)) {
        for (int i = 0; i < 100; i++) {
          int number = i;
          store
              .get(0, key(i))
              .ifPresent(found -> assertThat(found.vector()).isEqualTo(vector(number, DIMS)));
        }
      }
    }
    assertThat(warnings)
        .isNotEmpty()
        .allMatch(w -> w.contains("starts empty, it was damaged") || w.contains("damaged"));
  }

  private void twice() {
    SharedStore first = store(1 << 20, PolicyKind.LRU);
    try (SharedStore second = store(1 << 20, PolicyKind.LRU)) {
      assertThat(warnings).hasSize(1);
      assertThat(warnings.getFirst()).contains("open already in this process");
      first.put(key(1), vector(1, DIMS), value(0));
      second.put(key(2), vector(2, DIMS), value(0));
      assertThat(second.peek(key(1))).isEmpty();
      assertThat(second.peek(key(2))).isPresent();
      first.close();
      clock.advance(Duration.ofSeconds(6));
      second.put(key(3), vector(3, DIMS), value(0));
      for (int i = 1; i <= 3; i++) {
        assertThat(second.get(0, key(i)).orElseThrow().vector()).isEqualTo(vector(i, DIMS));
      }
      assertThat(warnings).hasSize(2);
      assertThat(warnings.getLast()).contains("is used again");
    }
  }

  private void threads() throws Exception {
    try (SharedStore store = store(20 << 20, PolicyKind.WTINYLFU);
        ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<Integer>> running = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        Random random = new Random(t);
        running.add(pool.submit(() -> readAndWrite(store, random)));
      }
      for (Future<Integer> thread : running) {
        assertThat(thread.get()).isPositive();
      }
    }
    assertThat(warnings).isEmpty();
  }

  private int readAndWrite(SharedStore store, Random random) {
    int hits = 0;
    for (int i = 0; i < 3000; i++) {
      long number = (long) (20_000 * Math.pow(random.nextDouble(), 4));
      int dimensions = number % 3 == 0 ? 100 : DIMS;
      float[] target = new float[dimensions];
      if (store.read(0, key(number), target)) {
        hits++;
        assertThat(target).isEqualTo(vector(number, dimensions));
      } else {
        store.put(key(number), vector(number, dimensions), value(0));
      }
      if (i % 500 == 0) {
        store.evict(10_000);
        store.invalidate(new EntryFilter(7, Long.MAX_VALUE));
        store.forEach(listed -> assertThat(listed.dimensions()).isIn(100, DIMS));
      }
    }
    return hits;
  }

  private void reconfigure() {
    CountingModel model = new CountingModel("v1");
    CacheOptions shared = options(1 << 20).withDurableBytes(0);
    try (EmbeddingCache cache = new EmbeddingCache(shared, memory, clock, warnings::add)) {
      EmbeddingModel cached = cache.over(model);
      cached.embed("a");
      cache.reconfigure(shared.withPolicy(PolicyKind.LRU));
      cache.reconfigure(shared.withPolicy(PolicyKind.GDSF).withHotBytes(2 << 20));
      cached.embed("a");
      cache.reconfigure(shared.withStore(CacheOptions.Store.PRIVATE));
      cached.embed("a");
      cached.embed("b");
      cache.reconfigure(shared);
      cached.embedAll(List.of("a", "b"));
      assertThat(model.texts()).isEqualTo(2);
      assertThat(cache.tiers().getFirst().tier()).isEqualTo("shared");
      CacheStats stats = cache.stats().getFirst();
      assertThat(stats.hits()).isEqualTo(4);
      assertThat(stats.entries()).isEqualTo(2);
      assertThat(cache.evict("shared", 1)).isPositive();
    }
    assertThat(warnings).isEmpty();
  }
}
