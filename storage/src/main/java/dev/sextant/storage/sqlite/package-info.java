/** SQLite files: connections, statements, functions, and the log of changes to vector tables. */
@NullMarked
package dev.sextant.storage.sqlite;

import org.jspecify.annotations.NullMarked;
