@NullMarked
package dev.sextant.storage.memory;

import org.jspecify.annotations.NullMarked;
