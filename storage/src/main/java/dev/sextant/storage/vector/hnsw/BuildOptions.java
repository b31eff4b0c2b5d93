package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.util.function.BooleanSupplier;

/**
 * How a build runs.
 *
 * @param threads how many insert, the calling one among them
 * @param seed decides the levels; with one thread, the whole graph
 * @param progress told now and then, on the calling thread
 * @param cancelled asked now and then, on the calling thread
 * @param crew who helps
 */
public record BuildOptions(
    int threads, long seed, Progress progress, BooleanSupplier cancelled, Crew crew) {
  /** A build on threads of its own. */
  public BuildOptions(int threads, long seed, Progress progress, BooleanSupplier cancelled) {
    this(threads, seed, progress, cancelled, BuildOptions::onThread);
  }

  /** The same build with other helpers. */
  public BuildOptions with(Crew helpers) {
    return new BuildOptions(threads, seed, progress, cancelled, helpers);
  }

  /** Who helps the calling thread. */
  @FunctionalInterface
  public interface Crew {
    /**
     * Has somebody begin some work, which ends by itself.
     *
     * @param number of the helper, from 1
     */
    Helper begin(Runnable work, int number);
  }

  /** Somebody who helps. */
  @FunctionalInterface
  public interface Helper {
    /** Waits for the end of the work. */
    void await() throws InterruptedException;
  }

  /** A helper that is a thread of its own. */
  public static Helper onThread(Runnable work, int number) {
    Thread thread = Thread.ofPlatform().name("hnsw-build-" + number).start(work);
    return thread::join;
  }

  /** Told how many rows of how many are inserted. */
  @FunctionalInterface
  public interface Progress {
    /** {@code done} of {@code total} rows are inserted. */
    void inserted(long done, long total);
  }

  /** Checks the number of threads. */
  public BuildOptions {
    if (threads < 1 || threads > HnswLimits.MAX_THREADS) {
      throw new StorageException(
          Kind.PARAMETER,
          "Index build expects from 1 to "
              + HnswLimits.MAX_THREADS
              + " threads but got "
              + threads
              + ".");
    }
  }

  /** A build on {@code threads} threads that nobody watches. */
  public static BuildOptions threads(int threads) {
    return new BuildOptions(threads, 42, (done, total) -> {}, () -> false);
  }
}
