/** Where memory and threads are to be, what came of it, and what was tried. */
@NullMarked
package dev.sextant.engine.numa;

import org.jspecify.annotations.NullMarked;
