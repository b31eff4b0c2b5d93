package dev.sextant.engine.route.optimize;

import dev.sextant.engine.route.optimize.PromptModel.Answer;
import dev.sextant.engine.route.optimize.PromptModel.Question;
import java.util.List;

/*
 * What a list of questions may cost at most is compared with what is left before the first of them
 * is asked, so that the limit holds whatever the answers cost, and where the money ends depends on
 * nothing but the questions.
 */
/** The money of one search, and the calls it was spent on. */
final class Purse {
  private final double limit;
  private double spent;
  private double kept;
  private int calls;

  /** With at most so many US dollars. */
  Purse(double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("A budget is more than 0 USD; got " + limit);
    }
    this.limit = limit;
  }

  /** Keeps an amount for what has to be asked in the end; replaces what was kept before. */
  void keep(double usd) throws OutOfBudget {
    if (usd > limit - spent) {
      throw new OutOfBudget(
          "the test of the result may cost %.6f USD, and %.6f of %s are left"
              .formatted(usd, limit - spent, limit));
    }
    kept = usd;
  }

  double spent() {
    return spent;
  }

  int calls() {
    return calls;
  }

  List<Answer> ask(PromptModel model, List<Question> questions) throws OutOfBudget {
    double ceiling = questions.stream().mapToDouble(model::ceiling).sum();
    double left = limit - spent - kept;
    if (ceiling > left) {
      throw new OutOfBudget(
          "%d calls may cost %.6f USD, and %.6f of %s are left"
              .formatted(questions.size(), ceiling, left, limit));
    }
    List<Answer> answers = model.ask(questions);
    calls += questions.size();
    spent += answers.stream().mapToDouble(Answer::usd).sum();
    return answers;
  }
}
