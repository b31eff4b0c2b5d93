package dev.sextant.storage.probe;

/** Counters cannot be read on this machine; the message says why. */
public final class UnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public UnavailableException(String reason) {
    super(reason);
  }

  /** Says why, with a cause. */
  public UnavailableException(String reason, Throwable cause) {
    super(reason, cause);
  }

  /** Why. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
