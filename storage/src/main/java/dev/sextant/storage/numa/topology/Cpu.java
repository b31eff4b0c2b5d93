package dev.sextant.storage.numa.topology;

/**
 * A CPU, that is a hardware thread; {@code -1} for what is unknown.
 *
 * @param id its number
 * @param node its node
 * @param socket the number of its package
 * @param die within the package
 * @param core within the package
 * @param cacheGroup the first CPU of those that share its last-level cache
 * @param siblings the CPUs of its core, itself among them
 * @param online whether the kernel uses it
 */
public record Cpu(
    int id,
    int node,
    int socket,
    int die,
    int core,
    int cacheGroup,
    IdSet siblings,
    boolean online) {}
