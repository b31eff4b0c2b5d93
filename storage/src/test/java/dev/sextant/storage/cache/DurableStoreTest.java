package dev.sextant.storage.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableStoreTest {
  private static final long SEED = Long.getLong("seed", 20_260_305L);
  private static final long START = 1_760_000_000_000L;

  @TempDir Path folder;
  private final AtomicLong now = new AtomicLong(START);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
  private final ModelNames models = new ModelNames();
  private final List<String> warnings = new CopyOnWriteArrayList<>();

  private Path file() {
    return folder.resolve("cache.db");
  }

  private DurableStore open(long budgetBytes) {
    return new DurableStore(
        new DurableStore.Options(file(), budgetBytes, 2000), models, clock, warnings::add);
  }

  private DurableStore open() {
    return open(1L << 30);
  }

  static CacheKey key(long number) {
    return new CacheKey(number * 0x9E3779B97F4A7C15L, number, ~number, 7);
  }

  static float[] vector(long number, int dimensions) {
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = number + i / 1000f;
    }
    return vector;
  }

  private StoredVector stored(long number, int model, long expires) {
    CacheValue value = new CacheValue(model, 11, number % 2 == 0, 2500, now.get(), expires);
    return new StoredVector(key(number), vector(number, 32), value);
  }

  private StoredVector stored(long number) {
    return stored(number, models.number("m"), CacheValue.NEVER);
  }

  private static ModelCounters.Counts counts(DurableStore store, int model) {
    ModelCounters sum = new ModelCounters();
    store.count(sum);
    return sum.of(model);
  }

  private void assertSame(DurableStore store, StoredVector expected) {
    StoredVector found = store.get(0, expected.key()).orElseThrow();
    assertThat(found.vector()).isEqualTo(expected.vector());
    assertThat(found.value()).isEqualTo(expected.value());
  }

  private SqliteConnection raw() {
    return SqliteConnection.open(
        new SqliteConnection.OpenOptions(Optional.of(file()), "rw", "normal", 2000));
  }

  @Test
  void whatIsPutIsThereAtOnceAndAfterReopening() {
    List<StoredVector> all = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      long expires = i % 3 == 0 ? now.get() + 1000 : CacheValue.NEVER;
      all.add(stored(i, models.number("model " + i % 4), expires));
    }
    try (DurableStore store = open()) {
      all.forEach(store::put);
      all.forEach(vector -> assertSame(store, vector));
      store.flush();
      all.forEach(vector -> assertSame(store, vector));
      assertThat(store.get(0, key(-1))).isEmpty();
      assertThat(counts(store, 0).misses).isEqualTo(1);
      assertThat(counts(store, 0).hits).isEqualTo(3000);
    }
    ModelNames later = new ModelNames();
    later.number("another");
    try (DurableStore store =
        new DurableStore(
            new DurableStore.Options(file(), 1L << 30, 2000), later, clock, warnings::add)) {
      for (StoredVector vector : all) {
        StoredVector found = store.get(0, vector.key()).orElseThrow();
        assertThat(found.vector()).isEqualTo(vector.vector());
        assertThat(later.name(found.value().model()))
            .isEqualTo(models.name(vector.value().model()));
      }
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void aDamagedRowIsAMissAndRemoved() {
    try (DurableStore store = open()) {
      for (int i = 0; i < 4; i++) {
        store.put(stored(i));
      }
      store.flush();
      try (SqliteConnection raw = raw()) {
        // A flipped bit, a shorter vector, and two vectors under each other's keys.
        raw.exec(
            "UPDATE vectors SET vector = CAST(x'ff' || substr(vector, 2) AS BLOB)"
                + " WHERE tokens = 11 AND key = x'"
                + key(0)
                + "'");
        raw.exec("UPDATE vectors SET vector = substr(vector, 5) WHERE key = x'" + key(1) + "'");
        raw.exec(
            "UPDATE vectors SET vector = (SELECT vector FROM vectors WHERE key = x'"
                + key(3)
                + "'), crc = (SELECT crc FROM vectors WHERE key = x'"
                + key(3)
                + "') WHERE key = x'"
                + key(2)
                + "'");
      }
      for (int i = 0; i < 3; i++) {
        assertThat(store.get(0, key(i))).isEmpty();
      }
      assertSame(store, stored(3));
      ModelCounters.Counts counts = counts(store, 0);
      assertThat(counts.checksumFailures).isEqualTo(3);
      assertThat(counts.entries).isEqualTo(1);
      for (int i = 0; i < 3; i++) {
        assertThat(store.get(0, key(i))).isEmpty();
        store.put(stored(i));
        assertSame(store, stored(i));
      }
      assertThat(counts(store, 0).checksumFailures).isEqualTo(3);
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void aFileThatIsNoneOfOursIsSetAside() throws IOException {
    for (String content :
        List.of("This is not a database at all. ".repeat(200), "SQLite format 3 x".repeat(90))) {
      warnings.clear();
      Files.writeString(file(), content);
      try (DurableStore store = open()) {
        store.put(stored(1));
        store.flush();
        assertSame(store, stored(1));
      }
      assertThat(warnings).singleElement().asString().contains("renamed to \"cache.db.damaged-");
      try (Stream<Path> files = Files.list(folder)) {
        Path aside = files.filter(f -> f.toString().contains("damaged")).findFirst().orElseThrow();
        assertThat(aside).hasContent(content);
        Files.delete(aside);
      }
      Files.delete(file());
    }
  }

  @Test
  void aFileOfAnotherLayoutIsSetAside() {
    try (DurableStore store = open()) {
      store.put(stored(1));
    }
    try (SqliteConnection raw = raw()) {
      raw.exec("PRAGMA user_version = 99");
    }
    try (DurableStore store = open()) {
      assertThat(store.get(0, key(1))).isEmpty();
      assertThat(warnings).singleElement().asString().contains("layout 99");
    }
  }

  @Test
  void damagedPagesNeverGiveAWrongVectorNorAnError() throws IOException {
    Random random = new Random(SEED);
    for (int round = 0; round < 10; round++) {
      try (DurableStore store = open()) {
        for (int i = 0; i < 500; i++) {
          store.put(stored(i));
        }
      }
      try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
        byte[] garbage = new byte[3000];
        for (int i = 0; i < 6; i++) {
          random.nextBytes(garbage);
          bytes.seek(100 + (long) (random.nextDouble() * (bytes.length() - 5000)));
          bytes.write(garbage);
        }
      }
      try (DurableStore store = open()) {
        for (int i = 0; i < 500; i++) {
          StoredVector expected = stored(i);
          Optional<StoredVector> found = store.get(0, expected.key());
          found.ifPresent(vector -> assertThat(vector.vector()).isEqualTo(expected.vector()));
          if (found.isEmpty()) {
            store.put(expected);
          }
        }
        store.flush();
        for (int i = 0; i < 500; i++) {
          int number = i;
          store
              .get(0, key(i))
              .ifPresent(found -> assertThat(found.vector()).isEqualTo(vector(number, 32)));
        }
      }
      try (Stream<Path> files = Files.list(folder)) {
        for (Path old : files.toList()) {
          Files.delete(old);
        }
      }
    }
  }

  @Test
  void whereTheFileCannotBeThereIsNone() throws IOException {
    Files.createDirectory(file());
    try (DurableStore store = open()) {
      for (int i = 0; i < 3000; i++) {
        store.put(stored(i));
        store.used(key(i), now.get());
      }
      store.flush();
      assertThat(store.get(0, key(1))).isEmpty();
      assertThat(store.evict(1000)).isZero();
      assertThat(store.usedBytes()).isZero();
    }
    assertThat(warnings).singleElement().asString().contains("without its file");
  }

  @Test
  void theBudgetIsKeptByLettingTheLongestUnusedGo() {
    long budget = 200_000;
    try (DurableStore store = open(budget)) {
      for (int i = 0; i < 2000; i++) {
        store.put(stored(i));
        if (i == 5) {
          assertThat(store.pin(key(5), true)).isTrue();
          assertThat(store.pin(key(-5), true)).isFalse();
        }
        now.addAndGet(1000);
        if (i % 50 == 0) {
          assertThat(store.get(0, key(0))).isPresent();
          store.flush();
          assertThat(store.usedBytes()).isLessThanOrEqualTo(budget);
        }
      }
      store.flush();
      assertThat(store.get(0, key(0))).isPresent();
      assertThat(store.get(0, key(1))).isEmpty();
      assertThat(store.get(0, key(5))).isPresent();
      assertThat(store.get(0, key(1999))).isPresent();
      ModelCounters.Counts counts = counts(store, 0);
      assertThat(counts.evictions + counts.entries).isEqualTo(2000);
      long evicted = store.evict(50_000);
      assertThat(evicted).isBetween(50_000L, 51_000L);
      assertThat(counts(store, 0).bytes).isEqualTo(counts.bytes - evicted);
      assertThat(store.evict(Long.MAX_VALUE)).isPositive();
      assertThat(counts(store, 0).entries).isEqualTo(1);
      assertThat(store.get(0, key(5))).isPresent();
    }
  }

  @Test
  void whatHasExpiredIsGone() {
    try (DurableStore store = open()) {
      for (int i = 0; i < 10; i++) {
        store.put(stored(i, models.number("m"), now.get() + 1000));
      }
      store.put(stored(10));
      store.flush();
      now.addAndGet(1000);
      assertThat(store.get(0, key(3))).isEmpty();
      assertThat(counts(store, 0).expirations).isEqualTo(1);
    }
    try (DurableStore store = open()) {
      assertThat(counts(store, 0).entries).isEqualTo(1);
      assertThat(counts(store, 0).expirations).isEqualTo(9);
      assertThat(store.get(0, key(10))).isPresent();
    }
  }

  @Test
  void invalidatesByModelAndAgeAndKeepsTheSums() {
    int a = models.number("a");
    int b = models.number("b");
    try (DurableStore store = open()) {
      for (int i = 0; i < 20; i++) {
        store.put(stored(i, i % 2 == 0 ? a : b, CacheValue.NEVER));
        now.addAndGet(1000);
      }
      assertThat(store.invalidate(new EntryFilter(a, START + 10_000))).isEqualTo(5);
      assertThat(counts(store, a).entries).isEqualTo(5);
      assertThat(store.invalidate(new EntryFilter(EntryFilter.ANY_MODEL, START + 10_000)))
          .isEqualTo(5);
      assertThat(store.invalidate(new EntryFilter(models.number("c"), Long.MAX_VALUE))).isZero();
      List<StoredEntry> left = new ArrayList<>();
      store.forEach(left::add);
      assertThat(left).hasSize(10).allMatch(e -> e.value().createdMillis() >= START + 10_000);
      assertThat(left).allMatch(e -> e.dimensions() == 32);
      assertThat(store.usedBytes()).isEqualTo(left.stream().mapToLong(StoredEntry::bytes).sum());
      assertThat(counts(store, a).bytes + counts(store, b).bytes).isEqualTo(store.usedBytes());
    }
  }

  @Test
  void theMostRecentAreShownLastAndPinnedOnesToo() {
    try (DurableStore store = open()) {
      for (int i = 0; i < 50; i++) {
        store.put(stored(i));
        now.addAndGet(1000);
      }
      store.pin(key(3), true);
      store.used(key(7), now.get());
      store.flush();
      List<CacheKey> shown = new ArrayList<>();
      List<Boolean> pins = new ArrayList<>();
      store.recent(
          4,
          (vector, pinned) -> {
            shown.add(vector.key());
            pins.add(pinned);
          });
      assertThat(shown).containsExactly(key(48), key(49), key(7), key(3));
      assertThat(pins).containsExactly(false, false, false, true);
    }
  }

  @Test
  void manyThreadsOnTwoStoresOfOneFile() throws Exception {
    try (DurableStore one = open();
        DurableStore two = open();
        ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 6; t++) {
        DurableStore store = t % 2 == 0 ? one : two;
        Random random = new Random(SEED + t);
        running.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 1500; i++) {
                    long number = random.nextInt(1000);
                    Optional<StoredVector> found = store.get(0, key(number));
                    if (found.isPresent()) {
                      assertThat(found.get().vector()).isEqualTo(vector(number, 32));
                    } else {
                      store.put(stored(number));
                    }
                  }
                  store.flush();
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
      assertThat(counts(one, 0).entries).isEqualTo(counts(two, 0).entries).isBetween(900L, 1000L);
      try (SqliteConnection raw = raw()) {
        assertThat(raw.queryLong("SELECT count(*) FROM vectors")).isEqualTo(counts(one, 0).entries);
      }
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void afterCloseLookUpsSaySo() {
    DurableStore store = open();
    store.put(stored(1));
    store.close();
    store.close();
    assertThatThrownBy(() -> store.get(0, key(1)))
        .isInstanceOfSatisfying(
            StorageException.class,
            e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CLOSED));
    assertThat(warnings).isEmpty();
  }
}
