package dev.sextant.udf.worker;

/** A frame that no honest sender sends. */
final class FrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FrameException(String message) {
    super(message);
  }
}
