@NullMarked
package dev.sextant.storage.vector;

import org.jspecify.annotations.NullMarked;
