package dev.sextant.engine.route.client;

/**
 * An answer that a model once gave.
 *
 * @param answer its text
 * @param inputTokens of the prompt
 * @param outputTokens of the answer
 */
public record Recorded(String answer, long inputTokens, long outputTokens) {}
