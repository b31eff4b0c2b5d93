/** Approximate search beside the libraries that a user would take instead. */
@NullMarked
package dev.sextant.jdbc.bench.ann;

import org.jspecify.annotations.NullMarked;
