package dev.sextant.engine.route.ledger;

import dev.sextant.engine.route.optimize.PromptOptimizer;

/**
 * A search for a better prompt, as it is logged.
 *
 * @param prompt the prompt's name
 * @param version the version it started from
 * @param became the version that was made of the winner; 0 for none
 * @param model that the prompt is for
 * @param settings of the search
 * @param outcome what came of it
 */
public record PromptRun(
    String prompt,
    int version,
    int became,
    String model,
    PromptOptimizer.Settings settings,
    PromptOptimizer.Outcome outcome) {}
