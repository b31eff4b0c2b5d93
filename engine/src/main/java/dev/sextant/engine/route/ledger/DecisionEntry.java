package dev.sextant.engine.route.ledger;

import dev.sextant.engine.route.policy.Decision;
import dev.sextant.engine.route.policy.DecisionInputs;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * A decision as it is logged.
 *
 * @param at when it was taken
 * @param route its name
 * @param version of the route
 * @param policy as the route writes it
 * @param fallbackOf the first decision of the call where this is a later one
 * @param prompt the text that was to be answered
 * @param demands what the call demanded, as JSON
 * @param inputs what it was taken from
 * @param decision what came of it
 * @param micros how long it took
 */
public record DecisionEntry(
    Instant at,
    String route,
    int version,
    String policy,
    OptionalLong fallbackOf,
    String prompt,
    String demands,
    DecisionInputs inputs,
    Decision decision,
    long micros) {}
