/**
 * What keeps calls away from a target or a purse: circuit breakers, rates, calls in flight,
 * budgets.
 *
 * <p>Start at {@link dev.sextant.engine.route.limit.CircuitBreaker} and {@link
 * dev.sextant.engine.route.limit.Budgets}.
 */
@NullMarked
package dev.sextant.engine.route.limit;

import org.jspecify.annotations.NullMarked;
