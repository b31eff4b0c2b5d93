package dev.sextant.sql.run;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A query of FTS5's for the words of any text, which finds the rows with at least one of them. Each
 * word is a string of FTS5's, between double quotes, so that nothing in it has a meaning: no
 * operator, no column, no syntax error. What FTS5's tokenizer splits in a word, such as {@code
 * don't}, is a phrase.
 */
final class WordQuery {
  private static final String SEPARATORS = "\",;:!?()[]{}<>|";

  private WordQuery() {}

  /** The query; empty where the text has no words. */
  static String of(String text) {
    Set<String> words = new LinkedHashSet<>();
    StringBuilder word = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (separates(c)) {
                take(word, words);
              } else {
                word.appendCodePoint(c);
              }
            });
    take(word, words);
    return words.stream().map(each -> '"' + each + '"').collect(Collectors.joining(" OR "));
  }

  private static boolean separates(int c) {
    return c < ' '
        || Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || SEPARATORS.indexOf(c) >= 0;
  }

  private static void take(StringBuilder word, Set<String> words) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }
}
