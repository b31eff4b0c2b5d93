package dev.sextant.engine.route.policy;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a caller demands of the target that answers; empty where nothing is demanded.
 *
 * @param models the models that may answer; empty: any
 * @param capabilities what a target must be able to do, as {@code tools} or {@code json}
 * @param maxCostNanoUsd the most that one call may cost
 * @param budgetLeftNanoUsd what the budgets that apply still grant
 * @param minQuality the least expected quality, 0 to 1
 * @param deadlineMillis the time that is left for the answer
 * @param tried the endpoints that failed already on this call
 */
public record Constraints(
    Set<String> models,
    Set<String> capabilities,
    OptionalLong maxCostNanoUsd,
    OptionalLong budgetLeftNanoUsd,
    OptionalDouble minQuality,
    OptionalLong deadlineMillis,
    Set<String> tried) {
  /** No demand at all. */
  public static final Constraints NONE =
      new Constraints(
          Set.of(),
          Set.of(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalDouble.empty(),
          OptionalLong.empty(),
          Set.of());

  /** Copies the sets. */
  public Constraints {
    models = Set.copyOf(models);
    capabilities = Set.copyOf(capabilities);
    tried = Set.copyOf(tried);
  }

  /** Whether a price must be known to tell whether the demands are met. */
  public boolean needPrice() {
    return maxCostNanoUsd.isPresent() || budgetLeftNanoUsd.isPresent();
  }

  /** The same demands after some endpoints have failed. */
  public Constraints withTried(Set<String> endpoints) {
    return new Constraints(
        models,
        capabilities,
        maxCostNanoUsd,
        budgetLeftNanoUsd,
        minQuality,
        deadlineMillis,
        endpoints);
  }
}
