package dev.sextant.engine.route.optimize;

/**
 * An example shown in a prompt.
 *
 * @param input what was given
 * @param output what was answered
 * @param bootstrapped whether a model gave the answer and the metric let it pass; else it is the
 *     answer wanted
 */
public record Demonstration(String input, String output, boolean bootstrapped) {}
