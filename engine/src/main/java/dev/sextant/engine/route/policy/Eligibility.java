package dev.sextant.engine.route.policy;

import dev.sextant.engine.route.policy.Rejection.Reason;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;

/** Whether a target may answer a call; the first reason against it is the one that is named. */
public final class Eligibility {
  private final Request request;
  private final boolean policyNeedsPrice;

  /** Eligibility for a call, under a policy that can or cannot do without prices. */
  public Eligibility(Request request, Policy policy) {
    this.request = request;
    this.policyNeedsPrice = policy.needsPrice();
  }

  /** The first reason against a target, or none. */
  public Optional<Rejection> rejection(Candidate candidate) {
    return standing(candidate)
        .or(() -> ability(candidate))
        .or(() -> windows(candidate))
        .or(() -> rates(candidate))
        .or(() -> money(candidate))
        .or(() -> promise(candidate));
  }

  private Optional<Rejection> standing(Candidate candidate) {
    return switch (candidate.standing().health()) {
      case DISABLED -> because(Reason.DISABLED, "switched off by its owner");
      case BREAKER_OPEN -> because(Reason.UNHEALTHY, "its circuit breaker is open");
      case UP -> Optional.empty();
    };
  }

  private Optional<Rejection> ability(Candidate candidate) {
    Constraints demands = request.constraints();
    if (demands.tried().contains(candidate.endpoint())) {
      return because(Reason.ALREADY_TRIED, "it failed already on this call");
    }
    if (!demands.models().isEmpty() && !demands.models().contains(candidate.model())) {
      return because(
          Reason.MODEL,
          "serves \"%s\"; the call allows %s"
              .formatted(candidate.model(), new TreeSet<>(demands.models())));
    }
    TreeSet<String> missing = new TreeSet<>(demands.capabilities());
    missing.removeAll(candidate.capabilities());
    return missing.isEmpty()
        ? Optional.empty()
        : because(Reason.CAPABILITY, "cannot do " + missing);
  }

  private Optional<Rejection> windows(Candidate candidate) {
    long needed = (long) request.promptTokens() + request.maxOutputTokens();
    OptionalInt context = candidate.limits().contextTokens();
    if (context.isPresent() && needed > context.getAsInt()) {
      return because(
          Reason.CONTEXT_WINDOW, "needs %d tokens; has %d".formatted(needed, context.getAsInt()));
    }
    OptionalInt output = candidate.limits().outputTokens();
    if (output.isPresent() && request.maxOutputTokens() > output.getAsInt()) {
      return because(
          Reason.OUTPUT_WINDOW,
          "answers need %d tokens; gives %d"
              .formatted(request.maxOutputTokens(), output.getAsInt()));
    }
    return Optional.empty();
  }

  private Optional<Rejection> rates(Candidate candidate) {
    Limits limits = candidate.limits();
    int inFlight = candidate.standing().inFlight();
    if (limits.maxInFlight().isPresent() && inFlight >= limits.maxInFlight().getAsInt()) {
      return because(
          Reason.IN_FLIGHT_LIMIT,
          "%d calls under way of %d".formatted(inFlight, limits.maxInFlight().getAsInt()));
    }
    if (limits.requestsLeft().isPresent() && limits.requestsLeft().getAsLong() < 1) {
      return because(Reason.RATE_LIMIT_REQUESTS, "no request left in this minute");
    }
    long tokens = (long) request.promptTokens() + request.maxOutputTokens();
    if (limits.tokensLeft().isPresent() && limits.tokensLeft().getAsLong() < tokens) {
      return because(
          Reason.RATE_LIMIT_TOKENS,
          "needs %d tokens; %d left in this minute"
              .formatted(tokens, limits.tokensLeft().getAsLong()));
    }
    return Optional.empty();
  }

  private Optional<Rejection> money(Candidate candidate) {
    Constraints demands = request.constraints();
    OptionalLong cost = candidate.estimate().costNanoUsd();
    OptionalLong most = candidate.estimate().maxCostNanoUsd();
    boolean needed = policyNeedsPrice || demands.needPrice();
    if (needed && (cost.isEmpty() || (demands.needPrice() && most.isEmpty()))) {
      return because(
          Reason.PRICE_UNKNOWN, "no price of \"%s\" is known".formatted(candidate.model()));
    }
    OptionalLong cap = demands.maxCostNanoUsd();
    if (cap.isPresent() && most.orElse(Long.MAX_VALUE) > cap.getAsLong()) {
      return because(
          Reason.MAX_COST,
          "may cost %d nano-USD; the call allows %d".formatted(most.orElse(0), cap.getAsLong()));
    }
    OptionalLong left = demands.budgetLeftNanoUsd();
    if (left.isPresent() && most.orElse(Long.MAX_VALUE) > left.getAsLong()) {
      return because(
          Reason.OVER_BUDGET,
          "may cost %d nano-USD; %d are left".formatted(most.orElse(0), left.getAsLong()));
    }
    return Optional.empty();
  }

  private Optional<Rejection> promise(Candidate candidate) {
    Constraints demands = request.constraints();
    if (demands.minQuality().isPresent()) {
      double least = demands.minQuality().getAsDouble();
      var quality = candidate.estimate().quality();
      if (quality.isEmpty()) {
        return because(Reason.MIN_QUALITY, "nothing is known of its quality; needs " + least);
      }
      if (quality.getAsDouble() < least) {
        return because(
            Reason.MIN_QUALITY, "expected " + quality.getAsDouble() + "; needs " + least);
      }
    }
    if (demands.deadlineMillis().isPresent()) {
      long left = demands.deadlineMillis().getAsLong();
      double latency = candidate.estimate().latencyMillis().orElse(0);
      if (left <= 0 || latency > left) {
        return because(Reason.DEADLINE, "expected in " + latency + " ms; " + left + " ms are left");
      }
    }
    return Optional.empty();
  }

  private static Optional<Rejection> because(Reason reason, String detail) {
    return Optional.of(new Rejection(reason, detail));
  }
}
