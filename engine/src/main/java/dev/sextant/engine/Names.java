package dev.sextant.engine;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Finds the name a user probably meant. */
public final class Names {

  private Names() {}

  /** The candidate with the smallest edit distance to {@code wanted}; empty without candidates. */
  public static String nearest(String wanted, Collection<String> candidates) {
    String best = "";
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      int distance =
          editDistance(wanted.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best;
  }

  /**
   * The value of that name, whatever its case.
   *
   * @param what the values are, for the message
   * @param values all there are
   * @param name of a value
   * @throws SextantException {@code 22023} naming the nearest known one
   */
  public static <T> T choice(String what, String wanted, List<T> values, Function<T, String> name) {
    List<String> known = values.stream().map(name).toList();
    int at = known.indexOf(wanted.toLowerCase(Locale.ROOT).strip());
    if (at < 0) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Unknown "
              + what
              + " \""
              + wanted
              + "\": did you mean \""
              + nearest(wanted, known)
              + "\"? Known are "
              + String.join(", ", known)
              + ".");
    }
    return values.get(at);
  }

  private static int editDistance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replace, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
