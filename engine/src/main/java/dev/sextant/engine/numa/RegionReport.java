package dev.sextant.engine.numa;

import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A region of memory that was placed, or was to be.
 *
 * @param name unique among its owner's
 * @param owner who uses it, such as {@code user} or {@code index docs_idx}
 * @param bytes its size
 * @param wanted the placement, as SQL writes it
 * @param enforcement whether less than that would have been an error
 * @param evidence what came of it when it was allocated
 * @param pages counts its pages by node, now
 */
public record RegionReport(
    String name,
    String owner,
    long bytes,
    String wanted,
    Enforcement enforcement,
    Evidence evidence,
    Supplier<Map<Integer, Long>> pages) {}
