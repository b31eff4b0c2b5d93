package dev.sextant.engine.route.optimize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/*
 * MIPROv2 is that of Opsahl-Ong et al., "Optimizing Instructions and Demonstrations for Multi-Stage
 * Language Model Programs" (arXiv 2406.11695): a trial asks for one candidate on a few random rows;
 * every few trials the candidate with the best mean that was not yet asked on all rows is, and what
 * that gives is told to the sampler too. The answer is the best of those asked on all rows, never
 * the best of a lucky few.
 *
 * Sequential halving: Karnin, Koren, Somekh, "Almost Optimal Exploration in Multi-Armed Bandits",
 * ICML 2013. All candidates are asked on the same rows, so that hard rows disadvantage nobody.
 */
/** Searches the best of many candidates with a bounded number of questions. */
public final class PromptSearch {
  /** Rows of a trial that does not ask for all, unless there are fewer. */
  public static final int MINIBATCH = 35;

  /** Trials after which the best mean is asked on all rows. */
  public static final int FULL_EVERY = 5;

  /** How candidates are chosen. */
  public enum Method {
    /** MIPROv2: the tree-structured Parzen estimator, with few rows a trial. */
    TPE,
    /** The better half on twice the rows, again and again. */
    HALVING,
    /** Random candidates, each on all rows: what the others are compared with. */
    RANDOM
  }

  /**
   * What a search is to do.
   *
   * @param method how candidates are chosen
   * @param trials the trials at most, of those that do not ask for all rows; the other methods ask
   *     about as many questions as these
   * @param seed the same seed gives the same search where the scores are the same
   */
  public record Settings(Method method, int trials, long seed) {
    /** Refuses a search without a trial. */
    public Settings {
      if (trials < 1) {
        throw new IllegalArgumentException("A search has at least 1 trial; got " + trials);
      }
    }

    /** As many trials as MIPROv2 takes: the greater of 2·2·log2(n) and 1.5·n. */
    public static int trialsFor(Space space) {
      int n = Math.max(space.instructions(), space.demonstrations());
      double log = Math.log(Math.max(2, n)) / Math.log(2);
      return (int) Math.ceil(Math.max(4 * log, 1.5 * n));
    }
  }

  /**
   * What came of a search.
   *
   * @param best the best of the candidates asked on all rows
   * @param score its mean score on them
   * @param trials all steps
   * @param outOfBudget whether the budget ended it before its last trial
   */
  public record Result(Point best, double score, List<Trial> trials, boolean outOfBudget) {
    /** Copies the trials. */
    public Result {
      trials = List.copyOf(trials);
    }
  }

  private static final class Mean {
    final Point point;
    double sum;
    int count;

    Mean(Point point) {
      this.point = point;
    }

    double value() {
      return sum / count;
    }
  }

  private final Space space;
  private final Scorer scorer;
  private final Settings settings;
  private final SplittableRandom random;
  private final List<Trial> trials = new ArrayList<>();
  private final Map<Point, Double> full = new HashMap<>();

  private PromptSearch(Space space, Scorer scorer, Settings settings) {
    this.space = space;
    this.scorer = scorer;
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed());
  }

  /**
   * Searches.
   *
   * @throws OutOfBudget where the budget does not even pay for the base prompt on all rows
   */
  public static Result run(Space space, Scorer scorer, Settings settings) throws OutOfBudget {
    PromptSearch search = new PromptSearch(space, scorer, settings);
    double base = search.full(Point.BASE);
    boolean ended = false;
    try {
      switch (settings.method()) {
        case TPE -> search.trials(base);
        case HALVING -> search.halve();
        case RANDOM -> search.guess();
      }
    } catch (OutOfBudget end) {
      ended = true;
    }
    Map.Entry<Point, Double> best = search.best();
    return new Result(best.getKey(), best.getValue(), search.trials, ended);
  }

  /** The best of those asked on all rows; of equals the first in the space's order. */
  private Map.Entry<Point, Double> best() {
    return full.entrySet().stream()
        .max(
            Map.Entry.<Point, Double>comparingByValue()
                .thenComparing(
                    entry -> entry.getKey(),
                    Comparator.comparingInt(Point::instruction)
                        .thenComparingInt(Point::demonstrations)
                        .reversed()))
        .orElseThrow();
  }

  private double full(Point point) throws OutOfBudget {
    int[] rows = new int[scorer.rows()];
    Arrays.setAll(rows, row -> row);
    double score = mean(scorer.score(point, rows));
    full.put(point, score);
    trials.add(new Trial(trials.size(), point, true, rows.length, score));
    return score;
  }

  private static double mean(double[] scores) {
    return Arrays.stream(scores).sum() / scores.length;
  }

  private void trials(double base) throws OutOfBudget {
    TpeSampler sampler = new TpeSampler(space, random.split());
    SplittableRandom rows = random.split();
    Map<Point, Mean> means = new LinkedHashMap<>();
    sampler.tellAll(Point.BASE, base);
    for (int trial = 1; trial <= settings.trials(); trial++) {
      Point point = sampler.suggest();
      int[] batch = Arrays.copyOf(Shuffles.of(scorer.rows(), rows), batch());
      double score = mean(scorer.score(point, batch));
      trials.add(new Trial(trials.size(), point, false, batch.length, score));
      sampler.tell(point, score);
      Mean mean = means.computeIfAbsent(point, Mean::new);
      mean.sum += score;
      mean.count++;
      if (trial % FULL_EVERY == 0 || trial == settings.trials()) {
        promote(means, sampler);
      }
    }
  }

  private void promote(Map<Point, Mean> means, TpeSampler sampler) throws OutOfBudget {
    Optional<Point> next =
        means.values().stream()
            .filter(mean -> !full.containsKey(mean.point))
            .max(Comparator.comparingDouble(Mean::value))
            .map(mean -> mean.point);
    if (next.isPresent()) {
      sampler.tellAll(next.get(), full(next.get()));
    }
  }

  private void guess() throws OutOfBudget {
    List<Point> points = space.points();
    int[] order = Shuffles.of(points.size(), random.split());
    long candidates = Math.max(1, questions() / scorer.rows());
    for (int i = 0; i < order.length && i < candidates; i++) {
      if (!full.containsKey(points.get(order[i]))) {
        full(points.get(order[i]));
      }
    }
  }

  private int batch() {
    return Math.min(MINIBATCH, scorer.rows());
  }

  /** As many as MIPROv2 asks with these trials. */
  private long questions() {
    long all = Math.ceilDiv(settings.trials(), FULL_EVERY);
    return (long) settings.trials() * batch() + all * scorer.rows();
  }

  private void halve() throws OutOfBudget {
    List<Point> left = new ArrayList<>(space.points());
    int[] order = Shuffles.of(scorer.rows(), random.split());
    int rounds = Math.max(1, 32 - Integer.numberOfLeadingZeros(left.size() - 1));
    int asked = 0;
    Map<Point, Double> sums = new HashMap<>();
    for (int round = 0; round < rounds && left.size() > 1; round++) {
      long more = Math.max(1, questions() / rounds / left.size());
      int until = (int) Math.min(order.length, asked + more);
      int[] rows = Arrays.copyOfRange(order, asked, until);
      for (Point point : rows.length == 0 ? List.<Point>of() : left) {
        double[] scores = scorer.score(point, rows);
        sums.merge(point, Arrays.stream(scores).sum(), Double::sum);
        trials.add(new Trial(trials.size(), point, false, rows.length, mean(scores)));
      }
      asked = until;
      left.sort(Comparator.comparingDouble((Point point) -> sums.get(point)).reversed());
      left = new ArrayList<>(left.subList(0, (left.size() + 1) / 2));
    }
    for (Point point : left) {
      if (!full.containsKey(point)) {
        full(point);
      }
    }
  }
}
