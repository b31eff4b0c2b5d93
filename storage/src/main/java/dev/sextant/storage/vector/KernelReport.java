package dev.sextant.storage.vector;

/**
 * A row of {@code sextant.kernels}: what became of one kernel, and why.
 *
 * @param name the kernel's name
 * @param status whether it is used
 * @param reason what it runs on, or what keeps it from running and what to do about it
 */
public record KernelReport(String name, Status status, String reason) {
  /** Whether a kernel is used, could be, or cannot be. */
  public enum Status {
    /** Searches run on it. */
    CHOSEN("chosen"),
    /** It would run but another was chosen. */
    AVAILABLE("available"),
    /** It does not run in this JVM. */
    UNAVAILABLE("unavailable");

    private final String label;

    Status(String label) {
      this.label = label;
    }

    /** The word in {@code sextant.kernels}. */
    public String label() {
      return label;
    }
  }
}
