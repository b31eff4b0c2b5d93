package dev.sextant.engine.route.optimize;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How good an answer is: 0, not at all, to 1. */
@FunctionalInterface
public interface Metric {
  /** The score of an answer, 0 to 1. */
  double score(Example example, String answer);

  /** 1 where the answer is the expected one, but for space around it. */
  static Metric exact() {
    return (example, answer) -> answer.strip().equals(example.expected().strip()) ? 1 : 0;
  }

  /** 1 where the answer contains the expected words one after the other, in any case. */
  static Metric contains() {
    return (example, answer) -> {
      String wanted = String.join(" ", words(example.expected()));
      return (" " + String.join(" ", words(answer)) + " ").contains(" " + wanted + " ") ? 1 : 0;
    };
  }

  /**
   * The harmonic mean of precision and recall of the answer's words, as SQuAD has it (Rajpurkar et
   * al., EMNLP 2016): 0 where no word is shared; two texts without words are equal.
   */
  static Metric f1() {
    return (example, answer) -> f1(words(example.expected()), words(answer));
  }

  private static double f1(List<String> expected, List<String> answer) {
    if (expected.isEmpty() || answer.isEmpty()) {
      return expected.isEmpty() && answer.isEmpty() ? 1 : 0;
    }
    Map<String, Integer> left = new HashMap<>();
    expected.forEach(word -> left.merge(word, 1, Integer::sum));
    int shared = 0;
    for (String word : answer) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        shared++;
      }
    }
    return 2.0 * shared / (expected.size() + answer.size());
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}.]+"))
        .map(word -> word.replaceAll("^\\.+|\\.+$", ""))
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
