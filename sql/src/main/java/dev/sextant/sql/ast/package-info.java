/** What Sextant and SQLite add to Calcite's syntax tree: operators, literals, types. */
@NullMarked
package dev.sextant.sql.ast;

import org.jspecify.annotations.NullMarked;
