/** SQLite's lexical rules: text to tokens, and what kind of statement the tokens make. */
@NullMarked
package dev.sextant.sql.lex;

import org.jspecify.annotations.NullMarked;
