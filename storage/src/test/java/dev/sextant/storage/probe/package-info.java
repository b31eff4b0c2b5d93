@NullMarked
package dev.sextant.storage.probe;

import org.jspecify.annotations.NullMarked;
