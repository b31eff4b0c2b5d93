@NullMarked
package dev.sextant.storage.cache;

import org.jspecify.annotations.NullMarked;
