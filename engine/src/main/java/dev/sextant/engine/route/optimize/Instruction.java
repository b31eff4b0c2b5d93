package dev.sextant.engine.route.optimize;

/**
 * An instruction that is tried.
 *
 * @param text it
 * @param origin where it comes from: {@code base}, or the tip that was given to the model that
 *     wrote it
 */
public record Instruction(String text, String origin) {}
