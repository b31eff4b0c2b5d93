/**
 * How a route decides: who is eligible and why not, a distribution over those who are, one draw.
 *
 * <p>Start at {@link dev.sextant.engine.route.policy.Decision}.
 */
@NullMarked
package dev.sextant.engine.route.policy;

import org.jspecify.annotations.NullMarked;
