package dev.sextant.engine.route.define;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.policy.Cascade;
import dev.sextant.engine.route.policy.MultiFactor;
import dev.sextant.engine.route.policy.Policy;
import dev.sextant.engine.route.policy.Thompson;
import dev.sextant.engine.route.policy.Threshold;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A policy as a route's definition writes it.
 *
 * @param name of the policy; {@link #SQL} for one that is a query
 * @param options its numbers and names
 * @param query the query of a policy in SQL; empty for others
 */
public record PolicyText(String name, Options options, String query) {
  /** The name of policies that are queries. */
  public static final String SQL = "sql";

  /** The name of the policy that learns from similar prompts. */
  public static final String KNN = "knn";

  /** The name of the policy that learns a linear function of a prompt's features. */
  public static final String RIDGE = "ridge";

  private static final String TABLE = "table";
  private static final String PENALTY = "penalty";
  private static final String CASCADE = "cascade";
  private static final String JUDGE = "judge";
  private static final String WORTH = "usd_per_quality";
  private static final String EPSILON = "epsilon";
  private static final int DEFAULT_DRAWS = 200;
  private static final double DEFAULT_FLOOR = 0.02;

  /** Policies by name, each with its options. */
  private static final Map<String, List<String>> KNOWN = known();

  private static Map<String, List<String>> known() {
    Map<String, List<String>> known = new LinkedHashMap<>();
    known.put("fixed", List.of("endpoint", EPSILON));
    known.put("priority", List.of(EPSILON));
    known.put("weighted", List.of(EPSILON));
    known.put("round_robin", List.of(EPSILON));
    known.put("cheapest", List.of(EPSILON));
    known.put("lowest_latency", List.of(EPSILON));
    known.put("least_inflight", List.of(EPSILON));
    known.put(
        "multi_factor",
        List.of("quality", "success", "cost", "latency", "load", TABLE, PENALTY, EPSILON));
    known.put("reward", List.of(WORTH, EPSILON));
    known.put("threshold", List.of("weak", "strong", "gain", TABLE, PENALTY, EPSILON));
    known.put(CASCADE, List.of("gate", JUDGE, EPSILON));
    known.put("thompson", List.of(WORTH, "draws", "floor", TABLE, PENALTY, EPSILON));
    known.put(KNN, List.of(TABLE, WORTH, "k", "prior", EPSILON));
    known.put(RIDGE, List.of(TABLE, WORTH, PENALTY, EPSILON));
    known.put(SQL, List.of());
    return known;
  }

  /** Checks name and options. */
  public PolicyText {
    Names.choice("policy", name, List.copyOf(KNOWN.keySet()), same -> same);
    options.only(KNOWN.getOrDefault(name, List.of()));
    if (name.equals(KNN) || name.equals(RIDGE)) {
      options.required(TABLE);
    }
    if (name.equals(CASCADE) && options.text(JUDGE).isEmpty() && options.text("gate").isPresent()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Policy cascade has a gate but nobody to judge answers: add judge, an expression in SQL"
              + " over prompt and answer that gives 0 to 1.");
    }
  }

  /** The table of outcomes from which it learns what to expect of models, if it does. */
  public Optional<String> table() {
    return options.text(TABLE);
  }

  /** A policy without options. */
  public static PolicyText named(String name) {
    return new PolicyText(name, new Options("policy " + name, Map.of()), "");
  }

  /** A policy that is a query. */
  public static PolicyText of(String query) {
    return new PolicyText(SQL, new Options("policy sql", Map.of()), query);
  }

  /** Refuses what fits no route of these targets. */
  void check(List<Route.Target> targets) {
    List<String> names = targets.stream().map(Route.Target::endpoint).toList();
    for (String option : List.of("endpoint", "weak", "strong")) {
      options
          .text(option)
          .filter(named -> !names.contains(named))
          .ifPresent(
              named -> {
                throw new SextantException(
                    ErrorCode.INVALID_DEFINITION,
                    "Policy %s names \"%s\", which is no target of the route; targets are %s."
                        .formatted(name, named, String.join(", ", names)));
              });
    }
    if (!name.equals(SQL)) {
      policy(names);
    }
  }

  /**
   * The policy over targets.
   *
   * @throws SextantException {@code 22023} for an option out of its range
   */
  public Policy policy(List<String> targets) {
    try {
      Policy plain = plain(targets);
      double epsilon = options.number(EPSILON).orElse(0);
      return epsilon == 0 ? plain : new Policy.EpsilonMix(plain, epsilon);
    } catch (IllegalArgumentException outOfRange) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Policy " + name + ": " + outOfRange.getMessage() + ".",
          outOfRange);
    }
  }

  private Policy plain(List<String> targets) {
    return switch (name) {
      case "fixed" -> new Policy.Fixed(options.required("endpoint"));
      case "weighted" -> new Policy.Weighted();
      case "round_robin" -> new Policy.RoundRobin();
      case "cheapest" -> new Policy.Cheapest();
      case "lowest_latency" -> new Policy.LowestLatency();
      case "least_inflight" -> new Policy.LeastInFlight();
      case "multi_factor" ->
          new MultiFactor(
              number("quality", 0),
              number("success", 0),
              number("cost", 0),
              number("latency", 0),
              number("load", 0));
      case "reward", KNN, RIDGE -> new Policy.Reward(worth());
      case "threshold" ->
          new Threshold(options.required("weak"), options.required("strong"), number("gain", 0));
      case CASCADE -> cascade(targets);
      case "thompson" ->
          new Thompson(
              worth(), (int) number("draws", DEFAULT_DRAWS), number("floor", DEFAULT_FLOOR));
      default -> new Policy.Priority();
    };
  }

  private Cascade cascade(List<String> targets) {
    return new Cascade(targets, number("gate", 1));
  }

  /** The expression that judges answers; empty where the first answer is taken. */
  public Optional<String> judge() {
    return name.equals(CASCADE) ? options.text(JUDGE) : Optional.empty();
  }

  /** Whether an answer that was judged is to be taken. */
  public boolean accepts(List<String> targets, String endpoint, double judged) {
    return cascade(targets).accepts(endpoint, judged);
  }

  private double worth() {
    return options.number(WORTH).orElse(Double.POSITIVE_INFINITY);
  }

  private double number(String option, double otherwise) {
    return options.number(option).orElse(otherwise);
  }

  /** As a definition writes it. */
  public String written() {
    if (name.equals(SQL)) {
      return "AS (" + query + ")";
    }
    StringBuilder text = new StringBuilder(name);
    options
        .values()
        .forEach(
            (option, value) ->
                text.append(text.length() == name.length() ? " (" : ", ")
                    .append(option)
                    .append(' ')
                    .append(value));
    return text.length() == name.length() ? name : text.append(')').toString();
  }
}
