package dev.sextant.engine.route.policy;

/**
 * A call that looks for a target.
 *
 * @param promptTokens the length of the prompt in tokens
 * @param maxOutputTokens the most tokens that the answer may have
 * @param constraints what the caller demands
 */
public record Request(int promptTokens, int maxOutputTokens, Constraints constraints) {
  /** Refuses negative counts. */
  public Request {
    if (promptTokens < 0 || maxOutputTokens < 0) {
      throw new IllegalArgumentException(
          "Token counts are not negative: prompt " + promptTokens + ", output " + maxOutputTokens);
    }
  }
}
