/**
 * What {@code bin/sextant} starts: the shell and the demo, over {@code java.sql} alone.
 *
 * <p>Start at {@link dev.sextant.jdbc.shell.Main}.
 */
@NullMarked
package dev.sextant.jdbc.shell;

import org.jspecify.annotations.NullMarked;
