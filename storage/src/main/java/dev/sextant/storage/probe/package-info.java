/** What the operating system and the JVM count of one thread, read around what is measured. */
@NullMarked
package dev.sextant.storage.probe;

import org.jspecify.annotations.NullMarked;
