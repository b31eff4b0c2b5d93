package dev.sextant.engine.route.serve;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.JsonObject;
import dev.sextant.engine.route.policy.Constraints;
import dev.sextant.engine.route.price.PriceList;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a call demands besides an answer.
 *
 * @param written as the caller wrote it, for the log
 * @param user on whose budgets it weighs; empty for nobody's
 * @param system what the model is told before the prompt
 * @param maxTokens of the answer at most
 * @param temperature as the provider takes it
 * @param seed where the randomness of its decisions starts
 * @param constraints on the target
 */
public record CallOptions(
    String written,
    String user,
    String system,
    OptionalInt maxTokens,
    OptionalDouble temperature,
    OptionalLong seed,
    Constraints constraints) {
  /** No demands. */
  public static final CallOptions NONE =
      new CallOptions(
          "{}",
          "",
          "",
          OptionalInt.empty(),
          OptionalDouble.empty(),
          OptionalLong.empty(),
          Constraints.NONE);

  private static final Set<String> KNOWN =
      Set.of(
          "user",
          "system",
          "max_tokens",
          "temperature",
          "seed",
          "max_usd",
          "min_quality",
          "max_latency_ms",
          "models",
          "caps");

  private static final int MAX_TOKENS = 1 << 24;

  /**
   * The options that a JSON object writes.
   *
   * @throws SextantException {@code 22023} for a member that is not known, or out of its range
   */
  public static CallOptions parse(String json) {
    JsonObject object = JsonObject.parse("The options of a call", json).only(KNOWN);
    OptionalLong tokens = object.count("max_tokens");
    if (tokens.isPresent() && (tokens.getAsLong() < 1 || tokens.getAsLong() > MAX_TOKENS)) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER, "Option max_tokens expects from 1 to " + MAX_TOKENS + ".");
    }
    OptionalDouble usd = object.number("max_usd");
    if (usd.isPresent() && !(usd.getAsDouble() >= 0)) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER, "Option max_usd expects an amount from 0.");
    }
    Constraints constraints =
        new Constraints(
            object.texts("models").stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet()),
            Set.copyOf(object.texts("caps")),
            usd.isPresent()
                ? OptionalLong.of(PriceList.nanoUsd(BigDecimal.valueOf(usd.getAsDouble())))
                : OptionalLong.empty(),
            OptionalLong.empty(),
            object.number("min_quality"),
            object.count("max_latency_ms"),
            Set.of());
    return new CallOptions(
        json,
        object.text("user").orElse(""),
        object.text("system").orElse(""),
        tokens.isPresent() ? OptionalInt.of((int) tokens.getAsLong()) : OptionalInt.empty(),
        object.number("temperature"),
        object.count("seed"),
        constraints);
  }

  /** The options of a call that may have none. */
  public static CallOptions parse(Optional<String> json) {
    return json.map(CallOptions::parse).orElse(NONE);
  }
}
