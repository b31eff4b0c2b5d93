/** What the JVM itself does while something is measured, on the clock of its own events. */
@NullMarked
package dev.sextant.engine.measure.events;

import org.jspecify.annotations.NullMarked;
