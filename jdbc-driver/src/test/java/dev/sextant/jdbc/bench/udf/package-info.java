/** What functions in sandboxes cost. */
@NullMarked
package dev.sextant.jdbc.bench.udf;

import org.jspecify.annotations.NullMarked;
