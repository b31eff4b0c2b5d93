package dev.sextant.storage.numa;

/**
 * Something worth knowing about this machine.
 *
 * @param finding what
 * @param evidence by which files and calls it is known
 * @param advice what to do
 * @param statement that shows more, or acts on it; empty if there is none
 */
public record Advice(String finding, String evidence, String advice, String statement) {}
