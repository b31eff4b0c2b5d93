package dev.sextant.engine.route.optimize;

/**
 * What a prompt is given and what should come of it.
 *
 * @param input what the prompt's template is filled with
 * @param expected the answer wanted
 */
public record Example(String input, String expected) {}
