/** Everything that owns bytes: SQLite files, off-heap memory, vector kernels. */
@NullMarked
package dev.sextant.storage;

import org.jspecify.annotations.NullMarked;
