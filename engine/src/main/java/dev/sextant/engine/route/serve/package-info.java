/**
 * Calls of chat models through routes: decide, ask, and where that fails ask another, within
 * limits, budgets and a deadline.
 *
 * <p>Start at {@link dev.sextant.engine.route.serve.Router}.
 */
@NullMarked
package dev.sextant.engine.route.serve;

import org.jspecify.annotations.NullMarked;
