@NullMarked
package dev.sextant.jdbc.measure;

import org.jspecify.annotations.NullMarked;
