/** The house rules: layers, sizes, banned calls, documents that are true. */
@NullMarked
package dev.sextant.house;

import org.jspecify.annotations.NullMarked;
