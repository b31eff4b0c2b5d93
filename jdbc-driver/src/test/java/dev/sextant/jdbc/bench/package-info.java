/** Benchmarks through JDBC, run by {@code bin/sextant bench}. */
@NullMarked
package dev.sextant.jdbc.bench;

import org.jspecify.annotations.NullMarked;
