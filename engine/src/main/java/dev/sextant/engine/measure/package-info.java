/**
 * MEASURE without SQL: runs of something, what the kernel and the JVM say of each run, and what of
 * its time they explain.
 *
 * <p>Start at {@link dev.sextant.engine.measure.Measurer}.
 */
@NullMarked
package dev.sextant.engine.measure;

import org.jspecify.annotations.NullMarked;
