package dev.sextant.engine.route.price;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/**
 * What a unit of a model costs in a span of time.
 *
 * @param model the model's name, compared as it is written
 * @param unit what is paid for
 * @param minPromptTokens from how long a prompt on the price holds; 0: any
 * @param validFrom from when on
 * @param validTo until when, not included; empty: until the next price
 * @param usd US dollars for a million tokens, or for one request
 */
public record Price(
    String model,
    Unit unit,
    int minPromptTokens,
    Instant validFrom,
    Optional<Instant> validTo,
    BigDecimal usd) {

  /** What is paid for. */
  public enum Unit {
    /** Tokens of the prompt that the provider had not in its cache. */
    INPUT,
    /** Tokens of the answer. */
    OUTPUT,
    /** Tokens of the prompt that the provider had in its cache. */
    CACHE_READ,
    /** Tokens of the prompt that the provider put into its cache. */
    CACHE_WRITE,
    /** Tokens of the answer that nobody sees; where they have no price, they cost as output. */
    REASONING,
    /** A request, whatever its length; where it has no price, it costs nothing besides tokens. */
    REQUEST
  }

  /** Refuses prices below 0, and spans that end before they begin. */
  public Price {
    boolean backwards = validTo.isPresent() && !validFrom.isBefore(validTo.get());
    if (usd.signum() < 0 || minPromptTokens < 0 || backwards) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "A price of \"%s\" is not below 0 and ends after it begins; got %s USD, %s to %s"
              .formatted(model, usd.toPlainString(), validFrom, validTo));
    }
  }

  /** Whether it holds for a prompt at a moment. */
  boolean holds(Instant at, long promptTokens) {
    return !at.isBefore(validFrom)
        && (validTo.isEmpty() || at.isBefore(validTo.get()))
        && promptTokens >= minPromptTokens;
  }
}
