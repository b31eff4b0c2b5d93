package dev.sextant.storage.numa.topology;

/**
 * A device and the node that it is nearest to.
 *
 * @param name as in sysfs
 * @param kind {@code net}, {@code block}, {@code infiniband}, {@code gpu} or {@code pci}
 * @param address of the PCI function that it belongs to; empty if none
 * @param node {@code -1} if nobody says
 * @param source who says: {@code own}, {@code parent} and its address, or why nobody does
 */
public record Device(String name, String kind, String address, int node, String source) {}
