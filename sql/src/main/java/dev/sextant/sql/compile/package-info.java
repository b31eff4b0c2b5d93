/** From a statement's tokens to its plan, through Calcite. */
@NullMarked
package dev.sextant.sql.compile;

import org.jspecify.annotations.NullMarked;
