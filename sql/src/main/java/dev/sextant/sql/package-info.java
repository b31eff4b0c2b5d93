/** Text to plan to rows: sessions, statements and the compiler behind them. */
@NullMarked
package dev.sextant.sql;

import org.jspecify.annotations.NullMarked;
