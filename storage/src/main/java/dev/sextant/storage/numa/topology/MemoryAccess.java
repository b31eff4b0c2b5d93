package dev.sextant.storage.numa.topology;

/**
 * What the firmware's table HMAT promises to the nodes that reach a node's memory best; {@code -1}
 * for what it does not say.
 *
 * @param initiators those nodes
 * @param readLatency in nanoseconds
 * @param writeLatency in nanoseconds
 * @param readBandwidth in MB/s
 * @param writeBandwidth in MB/s
 */
public record MemoryAccess(
    IdSet initiators,
    long readLatency,
    long writeLatency,
    long readBandwidth,
    long writeBandwidth) {
  /** Where there is no such table. */
  public static final MemoryAccess UNKNOWN = new MemoryAccess(IdSet.EMPTY, -1, -1, -1, -1);
}
