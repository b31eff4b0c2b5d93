package dev.sextant.storage.numa.topology;

/**
 * A node's reserve of pages of one size.
 *
 * @param kilobytes of one page
 * @param total pages reserved, {@code -1} if unknown
 * @param free pages of these that nobody uses, {@code -1} if unknown
 */
public record HugePages(long kilobytes, long total, long free) {
  @Override
  public String toString() {
    return kilobytes + "kB " + free + "/" + total;
  }
}
