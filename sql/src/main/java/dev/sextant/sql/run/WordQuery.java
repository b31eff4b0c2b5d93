package dev.sextant.sql.run;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntPredicate;
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
    return of(text, WordQuery::separates);
  }

  /** The same of words that hold letters and digits only, of which none is a phrase. */
  static String ofSimple(String text) {
    return of(text, c -> separates(c) || !belongsToWord(c));
  }

  private static boolean belongsToWord(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.PRIVATE_USE ->
          true;
      default -> Character.isLetterOrDigit(c);
    };
  }

  private static String of(String text, IntPredicate separator) {
    Set<String> words = new LinkedHashSet<>();
    StringBuilder word = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (separator.test(c)) {
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
