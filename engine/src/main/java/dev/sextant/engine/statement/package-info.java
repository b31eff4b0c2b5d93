/** What statements have cost, counted as they run. */
@NullMarked
package dev.sextant.engine.statement;

import org.jspecify.annotations.NullMarked;
