/** Statistics of times: pure functions of numbers, without clocks and with given seeds. */
@NullMarked
package dev.sextant.engine.measure.stats;

import org.jspecify.annotations.NullMarked;
