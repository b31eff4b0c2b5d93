/**
 * What keeps calls away from a target: circuit breakers, rates, calls in flight.
 *
 * <p>Start at {@link dev.sextant.engine.route.limit.CircuitBreaker}.
 */
@NullMarked
package dev.sextant.engine.route.limit;

import org.jspecify.annotations.NullMarked;
