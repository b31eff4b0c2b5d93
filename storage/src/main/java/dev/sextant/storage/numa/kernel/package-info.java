/** The system calls of Linux about where threads run and where memory lies. */
@NullMarked
package dev.sextant.storage.numa.kernel;

import org.jspecify.annotations.NullMarked;
