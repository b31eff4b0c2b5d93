/** Memory outside the Java heap: who may take how much of it. */
@NullMarked
package dev.sextant.storage.memory;

import org.jspecify.annotations.NullMarked;
