package dev.sextant.storage.numa.topology;

/**
 * Something that the kernel's files say oddly, contradict themselves in, or do not say, and what
 * discovery made of it.
 *
 * @param source the file, or the pair of things that disagree
 * @param what was read, and what is done instead
 * @param expected what should have been there
 * @param got what was there, shortened, with control characters written out
 */
public record DiscoveryNote(String source, String what, String expected, String got) {}
