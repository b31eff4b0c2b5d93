package dev.sextant.engine.route.serve;

import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.evaluate.Estimator;
import java.util.OptionalLong;

/**
 * What a route would have been worth on the decisions of the log.
 *
 * @param route to be judged
 * @param from the first decision; empty for the log's
 * @param to the last decision; empty for the log's
 * @param metric the outcome that is the reward
 * @param estimator how the log is weighed
 */
public record LogQuestion(
    Route route, OptionalLong from, OptionalLong to, String metric, Estimator estimator) {}
