/** The capabilities without SQL: databases, settings, and the packages of each capability. */
@NullMarked
package dev.sextant.engine;

import org.jspecify.annotations.NullMarked;
