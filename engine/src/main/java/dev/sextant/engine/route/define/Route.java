package dev.sextant.engine.route.define;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A choice of endpoints with the way to choose.
 *
 * @param name as SQL calls it, in lower case
 * @param version counts its definitions, from 1
 * @param targets among which it chooses
 * @param policy how it chooses
 * @param fallback the failures after which another target is asked
 * @param deadline for the whole chain of attempts
 * @param attempts calls of models at most
 */
public record Route(
    String name,
    int version,
    List<Target> targets,
    PolicyText policy,
    List<ErrorClass> fallback,
    Duration deadline,
    int attempts) {
  /** The time for the whole chain where none is given. */
  public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(60);

  /** The most calls where none are given. */
  public static final int DEFAULT_ATTEMPTS = 3;

  /** The most calls that may be given. */
  public static final int MAX_ATTEMPTS = 20;

  /**
   * One of the endpoints.
   *
   * @param priority 0 is asked first
   * @param weight its share under weights
   */
  public record Target(String endpoint, int priority, double weight) {
    /** Refuses weights that are none. */
    public Target {
      if (!(weight >= 0) || !Double.isFinite(weight) || priority < 0) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "Target \"%s\" expects a priority and a weight from 0; got %d and %s."
                .formatted(endpoint, priority, weight));
      }
    }
  }

  /** Checks and copies. */
  public Route {
    targets = List.copyOf(targets);
    fallback = List.copyOf(fallback);
    Set<String> names = new HashSet<>();
    for (Target target : targets) {
      if (!names.add(target.endpoint())) {
        throw new SextantException(
            ErrorCode.DUPLICATE_OBJECT,
            "Route \"%s\" names target \"%s\" twice. Name it once."
                .formatted(name, target.endpoint()));
      }
    }
    if (attempts < 1 || attempts > MAX_ATTEMPTS || targets.isEmpty() || deadline.toMillis() < 1) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Route \"%s\" expects a target, ATTEMPTS from 1 to %d and a DEADLINE above 0."
              .formatted(name, MAX_ATTEMPTS));
    }
    policy.check(targets);
  }

  /** A route of one target that is asked once, as a model's name stands for. */
  public static Route to(String name, List<Target> targets) {
    return new Route(
        name,
        0,
        targets,
        PolicyText.named("priority"),
        ErrorClass.passedOn(),
        DEFAULT_DEADLINE,
        DEFAULT_ATTEMPTS);
  }

  /** The same as another version. */
  public Route version(int number) {
    return new Route(name, number, targets, policy, fallback, deadline, attempts);
  }
}
