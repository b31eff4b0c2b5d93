/** What the database holds, read from SQLite's schema. */
@NullMarked
package dev.sextant.sql.catalog;

import org.jspecify.annotations.NullMarked;
