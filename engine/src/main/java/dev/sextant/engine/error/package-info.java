/** One catalogue of errors with their SQLSTATEs, and the mapping of lower failures onto it. */
@NullMarked
package dev.sextant.engine.error;

import org.jspecify.annotations.NullMarked;
