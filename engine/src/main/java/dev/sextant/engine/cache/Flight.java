package dev.sextant.engine.cache;

import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingWatch;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The computation of one vector, by one thread for all that ask for it meanwhile. */
final class Flight {
  private static final long LOOK_MILLIS = 20;

  private final CountDownLatch landed = new CountDownLatch(1);
  private @Nullable Embedding embedding;
  private @Nullable Throwable failure;

  /** Ends with a vector. */
  void land(Embedding result) {
    embedding = result;
    landed.countDown();
  }

  /** Ends with an error for all that wait. */
  void fail(Throwable error) {
    failure = error;
    landed.countDown();
  }

  /** Ends without a result, since the one that computed does not want it any more. */
  void abandon() {
    landed.countDown();
  }

  /**
   * Waits for the vector.
   *
   * @return a copy; empty where the flight was abandoned
   * @throws SextantException {@code 57014} once {@code watch} cancels or the thread is interrupted;
   *     the computation's error where it failed
   */
  Optional<Embedding> await(EmbeddingWatch watch) {
    try {
      while (!landed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (watch.cancelled()) {
          throw cancelled();
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw cancelled();
    }
    Throwable error = failure;
    if (error != null) {
      throw joined(error);
    }
    Embedding result = embedding;
    return result == null
        ? Optional.empty()
        : Optional.of(new Embedding(result.vector().clone(), result.tokens(), result.truncated()));
  }

  private static SextantException cancelled() {
    return new SextantException(
        ErrorCode.CANCELLED, "Embedding was cancelled while waiting for another's computation.");
  }

  /** The error as this thread's own, with its stack. */
  private static SextantException joined(Throwable error) {
    return error instanceof SextantException known
        ? new SextantException(known.code(), String.valueOf(known.getMessage()), known)
        : new SextantException(
            ErrorCode.MODEL_FAILED, "The embedding model failed: " + error.getMessage(), error);
  }
}
