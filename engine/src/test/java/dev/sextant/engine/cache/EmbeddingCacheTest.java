package dev.sextant.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.engine.embed.EmbeddingWatch;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.memory.MemoryBudget;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCacheTest {
  @TempDir Path folder;
  private final ManualClock clock = new ManualClock();
  private final MemoryBudget memory = new MemoryBudget(64 << 20);
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final CountingModel model = new CountingModel("v1");
  private final EmbeddingSpace space = EmbeddingSpace.of(model);

  private EmbeddingCache open(CacheOptions options) {
    return new EmbeddingCache(options, memory, clock, warnings::add);
  }

  private CacheOptions inMemory() {
    return CacheOptions.defaults(Optional.empty()).withHotBytes(1 << 20);
  }

  private CacheOptions inFolder() {
    return CacheOptions.defaults(Optional.of(folder.resolve("x.db-sextant"))).withHotBytes(1 << 20);
  }

  private static CacheStats stats(EmbeddingCache cache, String tier) {
    return cache.stats().stream().filter(row -> row.tier().equals(tier)).findFirst().orElseThrow();
  }

  @AfterEach
  void allMemoryIsGivenBack() {
    assertThat(memory.used()).isZero();
    assertThat(warnings).isEmpty();
  }

  @Test
  void equalTextsAreEmbeddedOnce() {
    try (EmbeddingCache cache = open(inMemory())) {
      EmbeddingModel cached = cache.over(model);
      List<Embedding> first = cached.embedAll(List.of("a", "b", "a", "c", "b", "a"));
      assertThat(model.calls).hasSize(1);
      assertThat(model.calls.getFirst()).containsExactlyInAnyOrder("a", "b", "c");
      assertThat(first.get(0).vector()).isEqualTo(CountingModel.vector("a", "v1"));
      assertThat(first.get(2).vector())
          .isEqualTo(first.get(0).vector())
          .isNotSameAs(first.get(0).vector());
      first.get(0).vector()[0] = 99;
      assertThat(cache.over(model).embed("a").vector()).isEqualTo(CountingModel.vector("a", "v1"));
      assertThat(model.calls).hasSize(1);
      CacheStats hot = stats(cache, "hot");
      assertThat(hot.hits()).isEqualTo(1);
      assertThat(hot.misses()).isEqualTo(3);
      assertThat(hot.entries()).isEqualTo(3);
      assertThat(hot.model()).isEqualTo("counting");
    }
  }

  @Test
  void onlyWhatIsMissingIsEmbeddedLongestFirst() {
    try (EmbeddingCache cache = open(inMemory())) {
      EmbeddingModel cached = cache.over(model);
      cached.embedAll(List.of("known", "also known"));
      List<String> texts = List.of("x", "known", "xxxx", "xx", "also known", "xxx", "x");
      List<Embedding> all = cached.embedAll(texts);
      assertThat(model.calls.getLast()).containsExactly("xxxx", "xxx", "xx", "x");
      for (int i = 0; i < texts.size(); i++) {
        assertThat(all.get(i).vector()).isEqualTo(CountingModel.vector(texts.get(i), "v1"));
        assertThat(all.get(i).tokens()).isEqualTo(texts.get(i).length() + 2);
      }
    }
  }

  @Test
  void aHitTellsTokensAndTruncation() {
    try (EmbeddingCache cache = open(inMemory())) {
      EmbeddingModel cached = cache.over(model);
      String text = "long ".repeat(50);
      assertThat(cached.embed(text).truncated()).isTrue();
      Embedding hit = cached.embed(text);
      assertThat(hit.truncated()).isTrue();
      assertThat(hit.tokens()).isEqualTo(252);
      assertThat(model.texts()).isEqualTo(1);
      assertThat(cached.embed("").tokens()).isEqualTo(2);
      assertThat(cached.embedAll(List.of())).isEmpty();
    }
  }

  @Test
  void keysOfDifferentFieldsDiffer() {
    try (EmbeddingCache cache = open(inMemory())) {
      Set<CacheKey> keys = new HashSet<>();
      // Pairs that are equal once written one after another.
      keys.add(cache.key(space.withPrefix("https://e.com/p"), "words512"));
      keys.add(cache.key(space.withPrefix("https://e.com/pw"), "ords512"));
      keys.add(cache.key(new EmbeddingSpace("m", "f", "51", "2M", 16), ""));
      keys.add(cache.key(new EmbeddingSpace("m", "f", "512", "M", 16), ""));
      keys.add(cache.key(new EmbeddingSpace("m", "f", "", "l21", 6), "x"));
      keys.add(cache.key(new EmbeddingSpace("m", "f", "", "l2", 16), "x"));
      keys.add(cache.key(new EmbeddingSpace("m", "g", "", "l2", 16), "x"));
      // Texts that look alike, or that have no UTF-8 of their own.
      List.of("é", "e\u0301", "?", "\ud800", "\ud801", "\udc00", "x\0", "\u0000x", " x", "")
          .forEach(text -> keys.add(cache.key(space, text)));
      assertThat(keys).hasSize(17);
      assertThat(cache.key(new EmbeddingSpace("other name", "f", "", "l2", 16), "x"))
          .isEqualTo(cache.key(new EmbeddingSpace("m", "f", "", "l2", 16), "x"));
    }
  }

  @Test
  void modelsAndPrefixesDoNotMix() {
    CountingModel newer = new CountingModel("v2");
    try (EmbeddingCache cache = open(inMemory())) {
      EmbeddingModel query = cache.over(model, space.withPrefix("query: "));
      assertThat(cache.over(model).embed("x").vector()).isEqualTo(CountingModel.vector("x", "v1"));
      assertThat(query.embed("x").vector()).isEqualTo(CountingModel.vector("query: x", "v1"));
      assertThat(cache.over(newer).embed("x").vector()).isEqualTo(CountingModel.vector("x", "v2"));
      assertThat(query.embed("x").vector()).isEqualTo(CountingModel.vector("query: x", "v1"));
      assertThat(model.texts()).isEqualTo(2);
      assertThat(query.name()).isEqualTo("counting");
      assertThat(query.dimensions()).isEqualTo(CountingModel.DIMS);
      assertThatThrownBy(() -> cache.over(newer, space))
          .isInstanceOf(SextantException.class)
          .hasMessageContaining("fingerprint or dimensions differ");
    }
  }

  @Test
  void unsoundVectorsAreErrorsAndNotCached() {
    try (EmbeddingCache cache = open(inMemory())) {
      EmbeddingModel cached = cache.over(model);
      float[] nan = new float[CountingModel.DIMS];
      nan[3] = Float.NaN;
      refused(cached, List.of(new Embedding(nan, 3, false)), "gave NaN as element 4");
      refused(cached, List.of(new Embedding(new float[0], 3, false)), "vector of 0 dimensions");
      refused(cached, List.of(), "gave 0 vectors for 1 texts");
      model.twist(all -> all);
      assertThat(cached.embed("x").vector()).isEqualTo(CountingModel.vector("x", "v1"));
      assertThat(stats(cache, "hot").entries()).isEqualTo(1);
    }
  }

  private void refused(EmbeddingModel cached, List<Embedding> given, String message) {
    model.twist(all -> given);
    assertThatThrownBy(() -> cached.embed("x"))
        .isInstanceOfSatisfying(
            SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FAILED))
        .hasMessageContaining("Model \"counting\"")
        .hasMessageContaining(message);
  }

  @Test
  void whatWasDoneBeforeACancelStays() {
    List<String> texts = IntStream.range(0, 1000).mapToObj(i -> "text " + (i + 1000)).toList();
    try (EmbeddingCache cache = open(inMemory())) {
      EmbeddingModel cached = cache.over(model);
      EmbeddingWatch watch = () -> model.calls.size() == 3;
      assertThatThrownBy(() -> cached.embedAll(texts, watch))
          .isInstanceOfSatisfying(
              SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
      assertThat(stats(cache, "hot").entries()).isEqualTo(512);
      model.calls.clear();
      assertThat(cached.embedAll(texts)).hasSize(1000);
      assertThat(model.texts()).isEqualTo(488);
    }
  }

  @Test
  void progressCoversHitsAndEndsAtTheTotal() {
    List<String> texts = IntStream.range(0, 600).mapToObj(i -> "text " + i % 500).toList();
    try (EmbeddingCache cache = open(inMemory())) {
      EmbeddingModel cached = cache.over(model);
      cached.embedAll(texts.subList(0, 100));
      List<String> seen = new ArrayList<>();
      cached.embedAll(
          texts,
          new EmbeddingWatch() {
            @Override
            public boolean cancelled() {
              return false;
            }

            @Override
            public void progress(int done, int total) {
              seen.add(done + "/" + total);
            }
          });
      assertThat(seen).containsExactly("356/500", "500/500", "500/500");
    }
  }

  @Test
  void theDurableTierOutlivesTheProcessAndWarmsTheNext() {
    List<String> texts = IntStream.range(0, 300).mapToObj(i -> "text " + i).toList();
    try (EmbeddingCache cache = open(inFolder())) {
      cache.over(model).embedAll(texts);
      cache.flush();
      assertThat(stats(cache, "durable").entries()).isEqualTo(300);
    }
    model.calls.clear();
    try (EmbeddingCache cache = open(inFolder())) {
      assertThat(stats(cache, "hot").entries()).isEqualTo(300);
      for (Embedding embedding : cache.over(model).embedAll(texts)) {
        assertThat(embedding.vector()).hasSize(CountingModel.DIMS);
      }
      assertThat(model.calls).isEmpty();
      assertThat(stats(cache, "hot").hits()).isEqualTo(300);
      cache.evict(Long.MAX_VALUE);
      assertThat(cache.over(model).embed("text 7").vector())
          .isEqualTo(CountingModel.vector("text 7", "v1"));
      assertThat(stats(cache, "durable").hits()).isEqualTo(1);
      assertThat(stats(cache, "hot").entries()).isEqualTo(1);
      assertThat(cache.tiers()).extracting(CacheTier::tier).containsExactly("hot", "durable");
    }
  }

  @Test
  void vectorsExpireInBothTiers() {
    CacheOptions options = inFolder().withTimeToLive(Optional.of(Duration.ofMinutes(10)));
    try (EmbeddingCache cache = open(options)) {
      EmbeddingModel cached = cache.over(model);
      cached.embed("x");
      clock.advance(Duration.ofMinutes(9));
      cached.embed("x");
      assertThat(model.texts()).isEqualTo(1);
      clock.advance(Duration.ofMinutes(1));
      cached.embed("x");
      assertThat(model.texts()).isEqualTo(2);
      assertThat(stats(cache, "hot").expirations()).isEqualTo(1);
    }
  }

  @Test
  void invalidatesByModelAndAgeEverywhere() {
    try (EmbeddingCache cache = open(inFolder())) {
      EmbeddingModel cached = cache.over(model);
      cached.embedAll(List.of("a", "b"));
      clock.advance(Duration.ofHours(1));
      cached.embed("c");
      assertThat(cache.invalidate(Optional.of("unknown"), Optional.empty())).isZero();
      assertThat(cache.invalidate(Optional.of("counting"), Optional.of(Duration.ofMinutes(30))))
          .isEqualTo(2);
      model.calls.clear();
      cached.embedAll(List.of("a", "b", "c"));
      assertThat(model.calls).hasSize(1);
      assertThat(model.calls.getFirst()).containsExactlyInAnyOrder("a", "b");
      assertThat(cache.invalidate(Optional.empty(), Optional.empty())).isEqualTo(3);
      assertThat(stats(cache, "hot").entries()).isZero();
      assertThat(stats(cache, "durable").entries()).isZero();
    }
  }

  @Test
  void pinnedVectorsStayAlsoAfterReopening() {
    try (EmbeddingCache cache = open(inFolder())) {
      cache.over(model).embedAll(List.of("keep", "other"));
      assertThat(cache.pin(space, "keep", true)).isTrue();
      assertThat(cache.pin(space, "unknown", true)).isFalse();
      cache.evict(Long.MAX_VALUE);
      assertThat(stats(cache, "hot").entries()).isEqualTo(1);
    }
    try (EmbeddingCache cache = open(inFolder())) {
      cache.evict(Long.MAX_VALUE);
      List<CacheEntry> entries = new ArrayList<>();
      cache.entries(entries::add);
      assertThat(entries.stream().filter(e -> e.tier().equals("hot")))
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.pinned()).isTrue();
                assertThat(entry.key()).isEqualTo(cache.key(space, "keep").toString());
                assertThat(entry.model()).isEqualTo("counting");
                assertThat(entry.tokens()).isEqualTo(6);
              });
      assertThat(entries.stream().filter(e -> e.tier().equals("durable"))).hasSize(2);
    }
    assertThat(cache(inMemory()).size()).isZero();
  }

  private List<CacheEntry> cache(CacheOptions options) {
    List<CacheEntry> entries = new ArrayList<>();
    try (EmbeddingCache cache = open(options)) {
      cache.entries(entries::add);
    }
    return entries;
  }

  @Test
  void readCopiesOutOfMemory() {
    try (EmbeddingCache cache = open(inMemory())) {
      cache.over(model).embed("x");
      float[] target = new float[CountingModel.DIMS];
      assertThat(cache.read(space, cache.key(space, "x"), target)).isTrue();
      assertThat(target).isEqualTo(CountingModel.vector("x", "v1"));
      assertThat(cache.read(space, cache.key(space, "y"), target)).isFalse();
    }
  }

  @Test
  void reconfiguringKeepsWhatFits() {
    List<String> texts = IntStream.range(0, 1000).mapToObj(i -> "text " + i).toList();
    try (EmbeddingCache cache = open(inMemory())) {
      EmbeddingModel cached = cache.over(model);
      cached.embedAll(texts);
      cached.embedAll(texts.subList(900, 1000));
      cache.reconfigure(inMemory().withPolicy(PolicyKind.GDSF));
      assertThat(cache.options().policy()).isEqualTo(PolicyKind.GDSF);
      assertThat(stats(cache, "hot").entries()).isEqualTo(1000);
      assertThat(stats(cache, "hot").misses()).isEqualTo(1000);
      cache.reconfigure(inMemory().withHotBytes(1 << 17));
      assertThat(stats(cache, "hot").entries()).isBetween(200L, 400L);
      assertThat(memory.used()).isLessThanOrEqualTo(1 << 17);
      assertThatThrownBy(() -> cache.reconfigure(inFolder()))
          .isInstanceOf(SextantException.class)
          .hasMessageContaining("cannot change while it is open");
      assertThat(stats(cache, "hot").hits()).isEqualTo(100);
    }
  }

  @Test
  void theSampleSeesRequestsAndCosts() {
    try (EmbeddingCache cache = open(inMemory().withSample(1000, 1))) {
      EmbeddingModel cached = cache.over(model);
      for (int round = 0; round < 4; round++) {
        cached.embedAll(IntStream.range(0, 100).mapToObj(i -> "text " + i).toList());
      }
      var sample = cache.sample().orElseThrow();
      assertThat(sample.extent().requests()).isEqualTo(400);
      assertThat(sample.shadow()).allSatisfy(p -> assertThat(p.missRatio()).isEqualTo(0.25));
    }
    try (EmbeddingCache cache = open(inMemory().withSample(16, 0))) {
      assertThat(cache.sample()).isEmpty();
    }
  }

  @Test
  void afterCloseCallsSaySo() {
    EmbeddingCache cache = open(inFolder());
    EmbeddingModel cached = cache.over(model);
    cached.embed("x");
    cache.close();
    cache.close();
    for (Runnable call :
        List.<Runnable>of(
            () -> cached.embed("x"),
            () -> cache.evict(1),
            () -> cache.flush(),
            () -> cache.reconfigure(cache.options()))) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              SextantException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_CLOSED));
    }
  }

  @Test
  void optionsOutOfTheirRangesAreRefused() {
    CacheOptions good = inMemory();
    for (Runnable wrong :
        List.<Runnable>of(
            () -> good.withTimeToLive(Optional.of(Duration.ZERO)),
            () -> good.withDurableBytes(-1),
            () -> good.withSample(15, 1),
            () -> good.withSample(16, 1.5),
            () -> CacheOptions.Store.of("public"),
            () -> PolicyKind.of("mru"),
            () -> open(good.withHotBytes(5)))) {
      assertThatThrownBy(wrong::run)
          .isInstanceOfSatisfying(
              SextantException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER));
    }
    assertThat(PolicyKind.of(" S3Fifo ")).isEqualTo(PolicyKind.S3FIFO);
    assertThat(CacheOptions.Store.of("Shared")).isEqualTo(CacheOptions.Store.SHARED);
  }

  @Test
  void theShippedModelsVectorsComeBackBitForBit() {
    List<String> texts = List.of("a young cat", "", "naïve café", "漢字", "word ".repeat(400));
    try (EmbeddingModels models = new EmbeddingModels(2);
        EmbeddingCache cache =
            new EmbeddingCache(inFolder(), memory, InstantSource.system(), warnings::add)) {
      EmbeddingModel real = models.defaultModel();
      EmbeddingModel cached = cache.over(real);
      List<Embedding> direct = real.embedAll(texts);
      List<Embedding> cold = cached.embedAll(texts);
      List<Embedding> warm = cached.embedAll(texts);
      for (int i = 0; i < texts.size(); i++) {
        assertThat(cold.get(i).vector()).isEqualTo(direct.get(i).vector());
        assertThat(warm.get(i).vector()).isEqualTo(direct.get(i).vector());
        assertThat(warm.get(i).tokens()).isEqualTo(direct.get(i).tokens());
        assertThat(warm.get(i).truncated()).isEqualTo(direct.get(i).truncated());
      }
      CacheStats hot = stats(cache, "hot");
      assertThat(hot.hits()).isEqualTo(5);
      assertThat(hot.savedMicros()).isGreaterThan(100);
      assertThat(real.fingerprint()).hasSize(64).isEqualTo(models.defaultModel().fingerprint());
    }
  }
}
