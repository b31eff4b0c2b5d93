package dev.sextant.engine.route.client;

import dev.sextant.engine.route.define.Endpoint;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * A prompt for an endpoint.
 *
 * @param endpoint that is asked
 * @param secret its secret
 * @param system what the model is told before the prompt; empty for nothing
 * @param prompt what is to be answered
 * @param maxOutputTokens of the answer at most
 * @param temperature as the provider takes it
 * @param timeout for the whole answer
 * @param cancelled whether the caller has given up
 */
public record ChatRequest(
    Endpoint endpoint,
    Optional<String> secret,
    String system,
    String prompt,
    int maxOutputTokens,
    OptionalDouble temperature,
    Duration timeout,
    BooleanSupplier cancelled) {}
