package dev.sextant.sql.lex;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The parameters of a statement, numbered as SQLite numbers them: {@code ?} takes the next number,
 * {@code ?5} is the fifth, a name has one number wherever it stands.
 */
public final class Parameters {
  private final Map<Integer, Integer> indexByStart = new HashMap<>();
  private final Map<String, Integer> indexByName = new HashMap<>();
  private int count;

  /** The parameters among the tokens of one statement. */
  public Parameters(List<Token> tokens) {
    for (Token token : tokens) {
      if (token.kind() == Token.Kind.PARAMETER) {
        int index = number(token.text());
        count = Math.max(count, index + 1);
        indexByStart.put(token.start(), index);
      }
    }
  }

  private int number(String text) {
    if (text.equals("?")) {
      return count;
    }
    if (text.startsWith("?")) {
      return Integer.parseInt(text.substring(1)) - 1;
    }
    Integer known = indexByName.get(text);
    if (known == null) {
      known = count;
      indexByName.put(text, known);
    }
    return known;
  }

  /** How many values have to be bound. */
  public int count() {
    return count;
  }

  /** The parameter a token stands for, from 0. */
  public int indexOf(Token token) {
    return Objects.requireNonNull(indexByStart.get(token.start()), token.text());
  }
}
