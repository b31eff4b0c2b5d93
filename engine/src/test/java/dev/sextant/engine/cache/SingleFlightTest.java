package dev.sextant.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.embed.EmbeddingWatch;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.memory.MemoryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SingleFlightTest {
  private static final long SEED = Long.getLong("seed", 20_260_310L);

  private final CountingModel model = new CountingModel("v1");
  private final EmbeddingCache cache =
      new EmbeddingCache(
          CacheOptions.defaults(Optional.empty()).withHotBytes(4 << 20),
          new MemoryBudget(64 << 20),
          new ManualClock(),
          warning -> {});
  private final EmbeddingModel cached = cache.over(model);
  private final ExecutorService threads = Executors.newFixedThreadPool(17);
  private final CountDownLatch computing = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  @AfterEach
  void end() {
    mayEnd.countDown();
    threads.close();
    cache.close();
  }

  /** Makes the model's next calls wait, each after its vectors are computed. */
  private void holdCalls() {
    model.twist(
        all -> {
          computing.countDown();
          await(mayEnd);
          return all;
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private long joins() {
    return cache.stats().getFirst().joins();
  }

  private void awaitJoins(long wanted) {
    while (joins() < wanted) {
      Thread.onSpinWait();
    }
  }

  @Test
  void sixteenThreadsOnOneTextAreOneCall() throws Exception {
    holdCalls();
    List<Future<Embedding>> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(threads.submit(() -> cached.embed("x")));
    }
    awaitJoins(15);
    mayEnd.countDown();
    float[] first = all.getFirst().get().vector();
    for (Future<Embedding> one : all) {
      assertThat(one.get().vector()).isEqualTo(CountingModel.vector("x", "v1"));
    }
    assertThat(all.get(1).get().vector()).isNotSameAs(first);
    assertThat(model.calls).hasSize(1);
    assertThat(joins()).isEqualTo(15);
  }

  @Test
  void anErrorReachesAllThatWaitAndIsNotCached() throws Exception {
    model.twist(
        all -> {
          computing.countDown();
          await(mayEnd);
          throw new SextantException(ErrorCode.MODEL_FAILED, "out of order");
        });
    List<Future<Embedding>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(threads.submit(() -> cached.embed("x")));
    }
    awaitJoins(4);
    mayEnd.countDown();
    for (Future<Embedding> one : all) {
      assertThatThrownBy(one::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FAILED))
          .hasMessage("out of order");
    }
    assertThat(model.calls).hasSize(1);
    model.twist(vectors -> vectors);
    assertThat(cached.embed("x").vector()).isEqualTo(CountingModel.vector("x", "v1"));
    assertThat(model.calls).hasSize(2);
  }

  @Test
  void whoWaitsTakesOverFromOneThatIsCancelled() throws Exception {
    AtomicBoolean cancelled = new AtomicBoolean();
    model.twist(
        all -> {
          computing.countDown();
          await(mayEnd);
          if (cancelled.getAndSet(false)) {
            throw new SextantException(ErrorCode.CANCELLED, "cancelled");
          }
          return all;
        });
    Future<List<Embedding>> first =
        threads.submit(() -> cached.embedAll(List.of("x"), EmbeddingWatch.NONE));
    computing.await();
    Future<Embedding> second = threads.submit(() -> cached.embed("x"));
    awaitJoins(1);
    cancelled.set(true);
    mayEnd.countDown();
    assertThatThrownBy(first::get).hasMessageContaining("cancelled");
    assertThat(second.get().vector()).isEqualTo(CountingModel.vector("x", "v1"));
    assertThat(model.calls).hasSize(2);
  }

  @Test
  void whoWaitsMayBeCancelledAndInterrupted() throws Exception {
    holdCalls();
    Future<Embedding> first = threads.submit(() -> cached.embed("x"));
    computing.await();
    AtomicBoolean stop = new AtomicBoolean();
    Future<List<Embedding>> second = threads.submit(() -> cached.embedAll(List.of("x"), stop::get));
    awaitJoins(1);
    stop.set(true);
    assertThatThrownBy(second::get).hasMessageContaining("cancelled while waiting");
    Future<Boolean> third =
        threads.submit(
            () -> {
              Thread.currentThread().interrupt();
              assertThatThrownBy(() -> cached.embed("x"))
                  .isInstanceOfSatisfying(
                      SextantException.class,
                      e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
              return Thread.interrupted();
            });
    assertThat(third.get()).isTrue();
    mayEnd.countDown();
    assertThat(first.get().vector()).isEqualTo(CountingModel.vector("x", "v1"));
    assertThat(model.calls).hasSize(1);
  }

  @Test
  void crossingCallsDoNotWaitForEachOther() throws Exception {
    List<Future<Boolean>> all = new ArrayList<>();
    for (int t = 0; t < 16; t++) {
      Random random = new Random(SEED + t);
      all.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 200; i++) {
                  List<String> texts =
                      IntStream.range(0, 30).mapToObj(n -> "t" + random.nextInt(400)).toList();
                  List<Embedding> vectors = cached.embedAll(texts);
                  for (int n = 0; n < texts.size(); n++) {
                    assertThat(vectors.get(n).vector())
                        .isEqualTo(CountingModel.vector(texts.get(n), "v1"));
                  }
                }
                return true;
              }));
    }
    for (Future<Boolean> one : all) {
      assertThat(one.get()).isTrue();
    }
    assertThat(model.texts()).isEqualTo(400);
  }

  @Test
  void theTierMayBeReplacedUnderCalls() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Future<Boolean>> all = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Random random = new Random(SEED + t);
      all.add(
          threads.submit(
              () -> {
                while (!stop.get()) {
                  String text = "t" + random.nextInt(300);
                  assertThat(cached.embed(text).vector())
                      .isEqualTo(CountingModel.vector(text, "v1"));
                }
                return true;
              }));
    }
    for (int i = 0; i < 30; i++) {
      cache.reconfigure(cache.options().withHotBytes((1 + i % 3) << 20));
    }
    stop.set(true);
    for (Future<Boolean> one : all) {
      assertThat(one.get()).isTrue();
    }
  }
}
