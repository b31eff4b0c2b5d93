/**
 * Routers learned from recorded outcomes, and what they must show before they are used.
 *
 * <p>Start at {@link dev.sextant.engine.route.learn.QualityModel} and {@link
 * dev.sextant.engine.route.learn.Calibration}.
 */
@NullMarked
package dev.sextant.engine.route.learn;

import org.jspecify.annotations.NullMarked;
