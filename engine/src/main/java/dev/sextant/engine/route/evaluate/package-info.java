/**
 * What another policy would have achieved, told from the log of the one that ran.
 *
 * <p>Start at {@link dev.sextant.engine.route.evaluate.OffPolicy}.
 */
@NullMarked
package dev.sextant.engine.route.evaluate;

import org.jspecify.annotations.NullMarked;
