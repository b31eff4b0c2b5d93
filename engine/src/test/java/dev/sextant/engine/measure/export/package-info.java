@NullMarked
package dev.sextant.engine.measure.export;

import org.jspecify.annotations.NullMarked;
