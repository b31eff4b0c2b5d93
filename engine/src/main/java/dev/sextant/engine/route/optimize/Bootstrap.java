package dev.sextant.engine.route.optimize;

import dev.sextant.engine.route.optimize.PromptModel.Answer;
import dev.sextant.engine.route.optimize.PromptModel.Question;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/*
 * After BootstrapFewShot of DSPy (Khattab et al., arXiv 2310.03714), as MIPROv2 uses it: the first
 * set is that of the base prompt, mostly empty, the second has only expected answers, the third
 * what the model itself answered well to the examples in their order, the others the same of
 * shuffled examples and of a random size. A set is filled up with expected answers of examples that
 * it does not show yet.
 *
 * The model is asked with the base prompt and the expected answers of some other examples. What it
 * answers to an example is asked once, whatever set wants it.
 */
/** Makes sets of demonstrations of the examples to train on. */
final class Bootstrap {
  private static final int TEACHER_LABELS = 4;

  /**
   * How large sets are, and when an answer is good.
   *
   * @param bootstrapped the most demonstrations of the model's own answers
   * @param labelled the most demonstrations of a set, those of expected answers included
   * @param threshold the score from which an answer passes
   */
  record Limits(int bootstrapped, int labelled, double threshold) {}

  private final Asking asking;
  private final List<Example> train;
  private final Limits limits;
  private final SplittableRandom random;
  private final Map<Integer, Optional<Demonstration>> traces = new HashMap<>();

  Bootstrap(Asking asking, List<Example> train, Limits limits, SplittableRandom random) {
    this.asking = asking;
    this.train = train;
    this.limits = limits;
    this.random = random;
  }

  /** So many sets, without repetitions, so that there may be fewer; the first is the base's. */
  List<List<Demonstration>> sets(int count) throws OutOfBudget {
    List<List<Demonstration>> sets = new ArrayList<>();
    sets.add(asking.form().own());
    for (int i = 1; i < count; i++) {
      List<Demonstration> set =
          switch (i) {
            case 1 -> filled(List.of(), Set.of());
            case 2 -> bootstrapped(inOrder(), limits.bootstrapped());
            default ->
                bootstrapped(
                    Shuffles.of(train.size(), random),
                    limits.bootstrapped() == 0 ? 0 : 1 + random.nextInt(limits.bootstrapped()));
          };
      if (!sets.contains(set)) {
        sets.add(set);
      }
    }
    return sets;
  }

  private int[] inOrder() {
    int[] order = new int[train.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    return order;
  }

  private List<Demonstration> bootstrapped(int[] order, int size) throws OutOfBudget {
    List<Demonstration> set = new ArrayList<>();
    Set<Integer> shown = new HashSet<>();
    for (int i = 0; i < order.length && set.size() < size; i++) {
      Optional<Demonstration> trace = trace(order[i]);
      if (trace.isPresent()) {
        set.add(trace.get());
        shown.add(order[i]);
      }
    }
    return filled(set, shown);
  }

  private List<Demonstration> filled(List<Demonstration> set, Set<Integer> shown) {
    List<Demonstration> filled = new ArrayList<>(set);
    for (int row : Shuffles.of(train.size(), random)) {
      if (filled.size() >= limits.labelled()) {
        break;
      }
      if (!shown.contains(row)) {
        filled.add(label(row));
      }
    }
    return filled;
  }

  private Demonstration label(int row) {
    return new Demonstration(train.get(row).input(), train.get(row).expected(), false);
  }

  /** The model's own answer to an example; empty where it did not pass. */
  private Optional<Demonstration> trace(int row) throws OutOfBudget {
    Optional<Demonstration> known = traces.get(row);
    if (known != null) {
      return known;
    }
    List<Demonstration> labels = new ArrayList<>();
    for (int other = 0; other < train.size() && labels.size() < TEACHER_LABELS; other++) {
      if (other != row && limits.labelled() > 0) {
        labels.add(label(other));
      }
    }
    Example example = train.get(row);
    PromptForm form = asking.form();
    Question question = new Question(form.text(form.instruction(), labels, example.input()), 0, 0);
    Answer answer = asking.purse().ask(asking.model(), List.of(question)).getFirst();
    boolean passed = asking.metric().score(example, answer.text()) >= limits.threshold();
    Optional<Demonstration> trace =
        passed
            ? Optional.of(new Demonstration(example.input(), answer.text(), true))
            : Optional.empty();
    traces.put(row, trace);
    return trace;
  }
}
