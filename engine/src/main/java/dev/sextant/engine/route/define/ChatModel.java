package dev.sextant.engine.route.define;

import java.util.List;
import java.util.OptionalInt;

/**
 * A language model that answers prompts.
 *
 * @param name as SQL calls it, in lower case
 * @param provider who runs it, for people to read
 * @param tokenizer how its tokens are counted, as {@code o200k_base}
 * @param contextTokens of prompt and answer together; empty where not told
 * @param outputTokens of an answer at most; empty where not told
 * @param capabilities what it can do besides answering
 */
public record ChatModel(
    String name,
    String provider,
    String tokenizer,
    OptionalInt contextTokens,
    OptionalInt outputTokens,
    List<String> capabilities) {
  /** Copies the capabilities. */
  public ChatModel {
    capabilities = List.copyOf(capabilities);
  }
}
