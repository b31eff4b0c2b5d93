package dev.sextant.engine.route.optimize;

import java.util.List;

/** A language model, as far as searching a prompt needs one. */
public interface PromptModel {
  /**
   * What is asked.
   *
   * @param text the prompt
   * @param temperature 0 for the likeliest answer
   * @param rollout tells questions of the same text apart that are to be answered anew
   */
  record Question(String text, double temperature, int rollout) {}

  /**
   * What was answered.
   *
   * @param text the answer
   * @param usd what it cost, in US dollars
   */
  record Answer(String text, double usd) {}

  /** What a question costs at most, in US dollars. */
  double ceiling(Question question);

  /** The answers, in the order of the questions; how many are asked at a time is its own affair. */
  List<Answer> ask(List<Question> questions);
}
