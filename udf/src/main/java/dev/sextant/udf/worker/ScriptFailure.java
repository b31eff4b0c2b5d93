package dev.sextant.udf.worker;

import dev.sextant.udf.UdfException.Failure;

/** A script that failed, in the terms of functions. */
final class ScriptFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Failure failure;

  ScriptFailure(Failure failure, String message) {
    super(message);
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
