/**
 * {@code java.sql} over {@code dev.sextant.sql}: connections, statements, streaming results and the
 * metadata that tools read. Entry type: {@link dev.sextant.jdbc.Driver}.
 */
@NullMarked
package dev.sextant.jdbc;

import org.jspecify.annotations.NullMarked;
