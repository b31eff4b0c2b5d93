package dev.sextant.engine.embed.chunk;

/**
 * A piece of a text.
 *
 * @param ordinal its place among the pieces, from 0
 * @param text what it says, with all white space
 * @param start where it begins, in characters as SQL counts them (Unicode code points), from 0
 * @param end where it ends: {@code substr(whole, start + 1, end - start)} is {@code text}
 * @param tokens how many the model's tokenizer sees in it, the two that mark start and end left out
 */
public record Chunk(int ordinal, String text, int start, int end, int tokens) {}
