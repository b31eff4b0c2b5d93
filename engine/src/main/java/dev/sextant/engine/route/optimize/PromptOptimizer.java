package dev.sextant.engine.route.optimize;

import dev.sextant.engine.route.optimize.PromptModel.Answer;
import dev.sextant.engine.route.optimize.PromptModel.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/*
 * The examples are split three ways: demonstrations and instructions are made of the first part,
 * candidates are searched on the second, and the winner is compared with the base prompt on the
 * third, which nothing was chosen by. The score by which a winner was chosen flatters it, the one
 * on the third part does not. The base prompt is tested first, and the money for the winner's test
 * is kept aside.
 */
/** Looks for a prompt that is better than the one there is, and says so only where it shows. */
public final class PromptOptimizer {
  /** The normal quantile of a one-sided bound of 95 %. */
  private static final double Z = 1.6448536269514722;

  /** The fewest examples to search on, and the fewest to test on. */
  public static final int FEWEST = 10;

  /**
   * For whom and by what measure.
   *
   * @param form the prompt there is
   * @param model the model the prompt is for
   * @param proposer the model that writes instructions; may be the same
   * @param metric how good an answer is
   */
  public record Task(PromptForm form, PromptModel model, PromptModel proposer, Metric metric) {}

  /**
   * How to search.
   *
   * @param method how candidates are chosen
   * @param candidates how many instructions, and how many sets of demonstrations, at least 1
   * @param demonstrations the most demonstrations of a set; 0 for instructions only
   * @param split the shares to train on and to search on, the rest being for the test
   * @param budgetUsd what may be spent, in US dollars
   * @param seed the same seed gives the same run where the answers are the same
   */
  public record Settings(
      PromptSearch.Method method,
      int candidates,
      int demonstrations,
      Split split,
      double budgetUsd,
      long seed) {}

  /**
   * Shares of the examples.
   *
   * @param train the share that demonstrations and instructions are made of
   * @param validation the share that candidates are searched on
   */
  public record Split(double train, double validation) {
    /** Refuses shares that leave nothing for the test. */
    public Split {
      if (!(train > 0 && validation > 0 && train + validation < 1)) {
        throw new IllegalArgumentException(
            "The shares to train on and to search on are above 0 and leave a rest for the test;"
                + " got %s and %s".formatted(train, validation));
      }
    }
  }

  /** Which part of the examples. */
  public enum Part {
    /** What candidates are searched on. */
    VALIDATION,
    /** What the winner is compared with the base prompt on. */
    TEST
  }

  /**
   * One score.
   *
   * @param point the candidate
   * @param part which part of the examples
   * @param example the index of the example, among all
   * @param score 0 to 1
   */
  public record Scored(Point point, Part part, int example, double score) {}

  /**
   * The comparison on the test part.
   *
   * @param examples how many
   * @param base the mean score of the base prompt
   * @param best the mean score of the winner
   * @param low the lower end, by a paired interval of 95 % on one side, of what the winner is
   *     better
   */
  public record Test(int examples, double base, double best, double low) {}

  /**
   * What came of it.
   *
   * @param improved whether the winner is better on the test part by more than chance explains;
   *     else the base prompt is to stay
   * @param template the winner's template; the base prompt's where nothing better was found
   * @param instructions the instructions tried
   * @param sets the sets of demonstrations tried
   * @param search the steps of the search
   * @param scores all scores, in the order they were asked for
   * @param test the comparison
   * @param usd what was spent, in US dollars
   * @param calls how often a model was asked
   */
  public record Outcome(
      boolean improved,
      String template,
      List<Instruction> instructions,
      List<List<Demonstration>> sets,
      PromptSearch.Result search,
      List<Scored> scores,
      Test test,
      double usd,
      int calls) {}

  private final Asking asking;
  private final Settings settings;
  private final List<Example> examples;
  private final int[] order;
  private final int trained;
  private final int searched;
  private final SplittableRandom random;
  private final List<Scored> scores = new ArrayList<>();

  private PromptOptimizer(Task task, Settings settings, List<Example> examples) {
    this.asking =
        new Asking(
            task.form(),
            task.model(),
            task.proposer(),
            task.metric(),
            new Purse(settings.budgetUsd()));
    this.settings = settings;
    this.examples = examples;
    this.random = new SplittableRandom(settings.seed());
    this.order = Shuffles.of(examples.size(), random);
    this.trained = (int) Math.round(settings.split().train() * examples.size());
    this.searched = (int) Math.round(settings.split().validation() * examples.size());
    int tested = examples.size() - trained - searched;
    if (trained < 1 || searched < FEWEST || tested < FEWEST) {
      throw new IllegalArgumentException(
          ("%d examples give %d to train on, %d to search on and %d to test on; at least 1, %d and"
                  + " %d are needed")
              .formatted(examples.size(), trained, searched, tested, FEWEST, FEWEST));
    }
  }

  /**
   * Searches.
   *
   * @throws OutOfBudget where the budget does not pay for the base prompt on all examples to search
   *     and to test on and for a test of a winner; nothing came of what was spent
   * @throws IllegalArgumentException where there are too few examples
   */
  public static Outcome run(Task task, Settings settings, List<Example> examples)
      throws OutOfBudget {
    return new PromptOptimizer(task, settings, List.copyOf(examples)).run();
  }

  private Outcome run() throws OutOfBudget {
    List<Example> train = new ArrayList<>();
    for (int i = 0; i < trained; i++) {
      train.add(examples.get(order[i]));
    }
    int[] validation = Arrays.copyOfRange(order, trained, trained + searched);
    int[] test = Arrays.copyOfRange(order, trained + searched, order.length);
    PromptForm form = asking.form();
    String base = form.template(form.instruction(), List.of());
    double[] baseTest = asked(Point.BASE, base, Part.TEST, test);

    int most = settings.demonstrations();
    Bootstrap bootstrap =
        new Bootstrap(asking, train, new Bootstrap.Limits(most, most, 1), random.split());
    List<List<Demonstration>> sets = bootstrap.sets(most == 0 ? 1 : settings.candidates());
    List<Instruction> instructions =
        new Proposer(asking, train, random.split()).instructions(settings.candidates(), sets);

    Space space = new Space(instructions.size(), sets.size());
    Function<Point, String> templates =
        point ->
            form.template(
                instructions.get(point.instruction()).text(), sets.get(point.demonstrations()));
    double dearest = 0;
    for (Point point : space.points()) {
      dearest = Math.max(dearest, ceiling(templates.apply(point), test));
    }
    asking.purse().keep(dearest);
    int trials = PromptSearch.Settings.trialsFor(space);
    PromptSearch.Result search =
        PromptSearch.run(
            space,
            new Validation(templates, validation),
            new PromptSearch.Settings(settings.method(), trials, random.nextLong()));
    asking.purse().keep(0);
    Point point = search.best();
    String best = templates.apply(point);
    double[] bestTest = point.equals(Point.BASE) ? baseTest : asked(point, best, Part.TEST, test);
    Test compared = compare(baseTest, bestTest);
    boolean improved = compared.low() > 0;
    return new Outcome(
        improved,
        improved ? best : base,
        instructions,
        sets,
        search,
        scores,
        compared,
        asking.purse().spent(),
        asking.purse().calls());
  }

  private static Test compare(double[] base, double[] best) {
    int n = base.length;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double better = best[i] - base[i];
      sum += better;
      squares += better * better;
    }
    double mean = sum / n;
    double variance = Math.max(0, (squares - n * mean * mean) / (n - 1));
    return new Test(
        n,
        Arrays.stream(base).average().orElseThrow(),
        Arrays.stream(best).average().orElseThrow(),
        mean - Z * Math.sqrt(variance / n));
  }

  private Question question(String template, int example) {
    return new Question(asking.form().fill(template, examples.get(example).input()), 0, 0);
  }

  private double ceiling(String template, int[] which) {
    return Arrays.stream(which)
        .mapToDouble(example -> asking.model().ceiling(question(template, example)))
        .sum();
  }

  private double[] asked(Point point, String template, Part part, int[] which) throws OutOfBudget {
    List<Question> questions =
        Arrays.stream(which).mapToObj(example -> question(template, example)).toList();
    List<Answer> answers = asking.purse().ask(asking.model(), questions);
    double[] result = new double[which.length];
    for (int i = 0; i < which.length; i++) {
      result[i] = asking.metric().score(examples.get(which[i]), answers.get(i).text());
      scores.add(new Scored(point, part, which[i], result[i]));
    }
    return result;
  }

  /** Asks each candidate once about each example, whatever the search asks for. */
  private final class Validation implements Scorer {
    private final Function<Point, String> templates;
    private final int[] which;
    private final Map<Point, double[]> known = new HashMap<>();

    Validation(Function<Point, String> templates, int[] which) {
      this.templates = templates;
      this.which = which;
    }

    @Override
    public int rows() {
      return which.length;
    }

    @Override
    public double[] score(Point point, int[] rows) throws OutOfBudget {
      double[] have =
          known.computeIfAbsent(
              point,
              key -> {
                double[] none = new double[which.length];
                Arrays.fill(none, Double.NaN);
                return none;
              });
      int[] missing = Arrays.stream(rows).filter(row -> Double.isNaN(have[row])).toArray();
      int[] asking = Arrays.stream(missing).map(row -> which[row]).toArray();
      double[] found = asked(point, templates.apply(point), Part.VALIDATION, asking);
      for (int i = 0; i < missing.length; i++) {
        have[missing[i]] = found[i];
      }
      return Arrays.stream(rows).mapToDouble(row -> have[row]).toArray();
    }
  }
}
