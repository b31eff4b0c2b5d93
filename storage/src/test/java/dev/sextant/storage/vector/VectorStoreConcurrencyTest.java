package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class VectorStoreConcurrencyTest {
  private static final int DIMS = 32;
  private static final int READERS = 3;

  private final MemoryBudget budget = new MemoryBudget(512L << 20);
  private final Kernels kernels = KernelProvider.select("auto").kernels();

  /** Each write moves all of a group to the same place, so a torn snapshot shows. */
  @Test
  void everySnapshotIsWhole() throws Exception {
    int rows = 50;
    int moves = 2000;
    AtomicLong committed = new AtomicLong(-1);
    try (VectorStore store = new VectorStore("t.v", DIMS, budget, kernels);
        ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        Random random = new Random(Vectors.seed(i));
        running.add(
            readers.submit(
                () -> {
                  long seen = -1;
                  while (seen < moves - 1) {
                    seen = committed.get();
                    if (seen >= 0) {
                      checkSnapshot(store, random.nextLong(seen + 1), rows, random);
                    }
                  }
                }));
      }
      for (int seq = 0; seq < moves; seq++) {
        for (int row = 0; row < rows; row++) {
          store.put(row, at(seq), seq);
        }
        committed.set(seq);
      }
      join(running);
    }
    assertThat(budget.used()).isZero();
  }

  @Test
  void closingUnderReadersAndAWriterFreesOnceAllAreDone() throws Exception {
    for (int round = 0; round < 20; round++) {
      VectorStore store = new VectorStore("t.v", DIMS, budget, kernels);
      for (int row = 0; row < 5000; row++) {
        store.put(row, at(row), 0);
      }
      CountDownLatch started = new CountDownLatch(READERS + 1);
      try (ExecutorService threads = Executors.newFixedThreadPool(READERS + 1)) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
          running.add(
              threads.submit(
                  () ->
                      untilClosed(
                          started, () -> store.search(SearchRequest.of(at(7), Metric.L2, 10, 0)))));
        }
        running.add(threads.submit(() -> untilClosed(started, () -> store.put(1, at(3), 1))));
        started.await();
        store.close();
        join(running);
      }
      assertThat(budget.used()).isZero();
    }
  }

  private static void untilClosed(CountDownLatch started, Runnable call) {
    call.run();
    started.countDown();
    try {
      while (true) {
        call.run();
      }
    } catch (StorageException e) {
      assertThat(e.kind()).isEqualTo(Kind.CLOSED);
    }
  }

  private static void checkSnapshot(VectorStore store, long seq, int rows, Random random) {
    SearchRequest request = SearchRequest.of(at(seq), Metric.L2, rows + 1, seq);
    if (random.nextBoolean()) {
      request = request.among(random.longs(0, rows).distinct().limit(rows).toArray());
    }
    Hits hits = store.search(request);
    assertThat(hits.size()).isEqualTo(rows);
    assertThat(hits.distances()).containsOnly(0.0);
  }

  private static float[] at(long place) {
    float[] vector = new float[DIMS];
    vector[0] = place;
    return vector;
  }

  private static void join(List<Future<?>> running)
      throws InterruptedException, ExecutionException {
    for (Future<?> future : running) {
      future.get();
    }
  }
}
