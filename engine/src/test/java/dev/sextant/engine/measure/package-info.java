@NullMarked
package dev.sextant.engine.measure;

import org.jspecify.annotations.NullMarked;
