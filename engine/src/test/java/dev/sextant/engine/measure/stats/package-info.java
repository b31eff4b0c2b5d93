@NullMarked
package dev.sextant.engine.measure.stats;

import org.jspecify.annotations.NullMarked;
