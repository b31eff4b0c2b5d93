package dev.sextant.engine.route.optimize;

/**
 * Whom the parts of a search ask, and with what money.
 *
 * @param form how a prompt is written
 * @param model the model the prompt is for
 * @param proposer the model that writes instructions
 * @param metric how good an answer is
 * @param purse what may be spent
 */
record Asking(
    PromptForm form, PromptModel model, PromptModel proposer, Metric metric, Purse purse) {}
