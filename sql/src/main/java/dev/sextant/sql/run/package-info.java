/** Running plans: the steps before a statement and the functions that SQLite calls in it. */
@NullMarked
package dev.sextant.sql.run;

import org.jspecify.annotations.NullMarked;
