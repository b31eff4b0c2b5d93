/**
 * The bytes of the embedding cache: vectors off-heap in this process, in a SQLite side file, or in
 * a file that several processes map. What is kept and what goes is decided above.
 */
@NullMarked
package dev.sextant.storage.cache;

import org.jspecify.annotations.NullMarked;
