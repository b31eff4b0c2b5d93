package dev.sextant.engine.route.client;

import dev.sextant.engine.route.price.Usage;
import java.util.Optional;

/**
 * An answer to a prompt.
 *
 * @param text of the answer
 * @param finishReason why it ends, in the provider's words
 * @param usage the tokens as the provider counts them; empty where it does not tell
 * @param requestId the provider's name for the call
 */
public record ChatAnswer(
    String text, String finishReason, Optional<Usage> usage, Optional<String> requestId) {}
