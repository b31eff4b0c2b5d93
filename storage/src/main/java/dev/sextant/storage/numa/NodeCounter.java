package dev.sextant.storage.numa;

import java.util.OptionalInt;

/**
 * Something that the kernel counts since it was started.
 *
 * @param source the file
 * @param node empty where it is about all nodes
 * @param name as the kernel calls it
 */
public record NodeCounter(String source, OptionalInt node, String name, long value) {}
