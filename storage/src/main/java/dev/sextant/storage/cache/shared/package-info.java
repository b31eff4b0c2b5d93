/** The embedding cache's file that several processes map: its locks, its recovery, its entries. */
@NullMarked
package dev.sextant.storage.cache.shared;

import org.jspecify.annotations.NullMarked;
