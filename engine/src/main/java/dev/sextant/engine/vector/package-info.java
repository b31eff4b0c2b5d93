/** Nearest neighbours over vectors that live in SQLite. */
@NullMarked
package dev.sextant.engine.vector;

import org.jspecify.annotations.NullMarked;
