package dev.sextant.engine.embed;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A bounded number of threads that embed texts; they end when idle. */
final class EmbeddingPool implements AutoCloseable {

  private static final long IDLE_SECONDS = 5;
  private static final long LOOK_MILLIS = 20;

  private final int threads;
  private final ThreadPoolExecutor executor;

  /**
   * A pool without threads yet.
   *
   * @param threads at most so many at once
   */
  EmbeddingPool(int threads) {
    this.threads = threads;
    AtomicInteger serial = new AtomicInteger();
    this.executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("sextant-embed-" + serial.incrementAndGet())
                    .unstarted(task));
    executor.allowCoreThreadTimeOut(true);
  }

  int threads() {
    return threads;
  }

  /** See {@link EmbeddingModel#embedAll}; a single text stays on the calling thread. */
  List<Embedding> embedAll(EmbeddingModel model, List<String> texts, EmbeddingWatch watch) {
    Job job = new Job(model, List.copyOf(texts), watch);
    if (texts.size() < 2) {
      job.work();
    } else {
      int workers = Math.min(threads, texts.size());
      CountDownLatch running = new CountDownLatch(workers);
      for (int i = 0; i < workers; i++) {
        start(job, running);
      }
      await(job, running);
    }
    return job.result();
  }

  private void start(Job job, CountDownLatch running) {
    try {
      executor.execute(
          () -> {
            try {
              job.work();
            } finally {
              running.countDown();
            }
          });
    } catch (RejectedExecutionException closed) {
      job.fail(
          new SextantException(
              ErrorCode.CONNECTION_CLOSED,
              "The embedding threads are closed with their database. Open the database again.",
              closed));
      running.countDown();
    }
  }

  /** Waits for all workers, also after a failure: none outlives the call. */
  private static void await(Job job, CountDownLatch running) {
    boolean interrupted = false;
    boolean done = false;
    while (!done) {
      try {
        done = running.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        job.report();
      } catch (InterruptedException stop) {
        interrupted = true;
        job.fail(cancelled());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Refuses new work. Calls under way go on, and end at the first text that meets a closed model.
   */
  @Override
  public void close() {
    executor.shutdown();
  }

  private static SextantException cancelled() {
    return new SextantException(
        ErrorCode.CANCELLED, "Embedding was cancelled before all texts were done.");
  }

  /** The texts of one call, taken one by one, longest first. */
  private static final class Job {
    private final EmbeddingModel model;
    private final List<String> texts;
    private final EmbeddingWatch watch;
    private final int[] order;
    private final @Nullable Embedding[] embeddings;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Job(EmbeddingModel model, List<String> texts, EmbeddingWatch watch) {
      this.model = model;
      this.texts = texts;
      this.watch = watch;
      this.embeddings = new Embedding[texts.size()];
      // The last texts to finish are then short, and no thread waits long for another.
      this.order =
          java.util.stream.IntStream.range(0, texts.size())
              .boxed()
              .sorted(Comparator.comparingInt(i -> -texts.get(i).length()))
              .mapToInt(Integer::intValue)
              .toArray();
    }

    void work() {
      try {
        for (int i = next.getAndIncrement(); i < order.length; i = next.getAndIncrement()) {
          if (failure.get() != null) {
            return;
          }
          if (watch.cancelled()) {
            throw cancelled();
          }
          embeddings[order[i]] = model.embed(texts.get(order[i]));
          done.incrementAndGet();
        }
      } catch (RuntimeException | Error stop) {
        fail(stop);
      }
    }

    void fail(Throwable first) {
      failure.compareAndSet(null, first);
    }

    /** A watcher that fails ends the call, after its workers. */
    void report() {
      try {
        watch.progress(done.get(), order.length);
      } catch (RuntimeException stop) {
        fail(stop);
      }
    }

    List<Embedding> result() {
      if (failure.get() == null) {
        report();
      }
      switch (failure.get()) {
        case RuntimeException stop -> throw stop;
        case Error stop -> throw stop;
        case null, default -> {}
      }
      return Arrays.stream(embeddings).map(java.util.Objects::requireNonNull).toList();
    }
  }
}
