/**
 * Better prompts by search: MIPROv2 and sequential halving over instructions and demonstrations.
 *
 * <p>Start at {@link dev.sextant.engine.route.optimize.PromptOptimizer}; the search itself is
 * {@link dev.sextant.engine.route.optimize.PromptSearch}.
 */
@NullMarked
package dev.sextant.engine.route.optimize;

import org.jspecify.annotations.NullMarked;
