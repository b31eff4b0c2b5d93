/** The placement suite: what {@code bin/sextant numa-guest} runs in a guest with four nodes. */
@NullMarked
package dev.sextant.jdbc.numa;

import org.jspecify.annotations.NullMarked;
