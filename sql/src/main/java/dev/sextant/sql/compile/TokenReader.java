package dev.sextant.sql.compile;

import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import java.util.List;

/** Reads the tokens of a statement that SQLite's grammar lacks, from the first to the last. */
abstract class TokenReader {
  final List<Token> tokens;

  /** The place of the next token. */
  int at;

  TokenReader(StatementText statement) {
    this.tokens = statement.tokens();
  }

  /** Passes over a word if it is next. */
  final boolean take(String word) {
    if (at < tokens.size() && tokens.get(at).isWord(word)) {
      at++;
      return true;
    }
    return false;
  }

  /** Passes over a symbol if it is next. */
  final boolean symbol(String symbol) {
    if (at < tokens.size() && tokens.get(at).isSymbol(symbol)) {
      at++;
      return true;
    }
    return false;
  }

  /** The next token, for messages. */
  final String near() {
    return at < tokens.size() ? "\"" + tokens.get(at).text() + "\"" : "the end";
  }
}
