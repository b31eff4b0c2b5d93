package dev.sextant.engine.route.client;

import dev.sextant.engine.route.define.ErrorClass;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** A call that gave no answer. Its message never holds a secret. */
public final class ChatFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorClass errorClass;
  private final int status;
  private final transient Optional<Duration> retryAfter;

  /**
   * A failure.
   *
   * @param status of HTTP; 0 where there was no answer
   * @param retryAfter how long the target takes no calls by its own word
   */
  public ChatFailure(
      ErrorClass errorClass, int status, Optional<Duration> retryAfter, String message) {
    super(message);
    this.errorClass = errorClass;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  static ChatFailure of(ErrorClass errorClass, String message) {
    return new ChatFailure(errorClass, 0, Optional.empty(), message);
  }

  /** What kind of failure it is. */
  public ErrorClass errorClass() {
    return errorClass;
  }

  /** The status of HTTP, if there was one. */
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /** How long the target takes no calls by its own word. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Whether the provider may have billed the call all the same. */
  public boolean mayHaveCost() {
    return switch (errorClass) {
      case TIMEOUT, INVALID_RESPONSE, CANCELLED -> true;
      case RATE_LIMIT, CONNECT, SERVER, CONTEXT_LENGTH, CONTENT_FILTER, AUTH, BAD_REQUEST -> false;
    };
  }
}
