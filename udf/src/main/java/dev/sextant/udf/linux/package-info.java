/** The calls to Linux that sandboxes are made of, through the C library. */
@NullMarked
package dev.sextant.udf.linux;

import org.jspecify.annotations.NullMarked;
