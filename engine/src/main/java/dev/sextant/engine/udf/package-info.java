/** Users' functions: what is defined, what it may use, how it is called and what is remembered. */
@NullMarked
package dev.sextant.engine.udf;

import org.jspecify.annotations.NullMarked;
