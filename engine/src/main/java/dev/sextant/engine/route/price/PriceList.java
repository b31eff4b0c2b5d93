package dev.sextant.engine.route.price;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.price.Price.Unit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/*
 * All amounts are BigDecimal and every sum is exact: a price for a million tokens times a count,
 * with the point moved by six places. Only an amount that a budget has to grant is rounded, up, to
 * whole nano-dollars.
 *
 * Of the prices that hold at a moment, that of the longest prompt length counts, then the one that
 * began last; two that began at the same moment are refused, so that the order of the list does not
 * matter. Names are compared as a whole: no price is ever found for a similar name.
 */
/** Prices with their dates. An unknown price is an empty answer, never 0. */
public final class PriceList {
  private final List<Price> prices;

  /**
   * A list of prices, in any order.
   *
   * @throws SextantException {@link ErrorCode#DUPLICATE_OBJECT} where two begin at the same time
   */
  public PriceList(List<Price> prices) {
    this.prices = List.copyOf(prices);
    Set<String> seen = new HashSet<>();
    for (Price price : prices) {
      String key =
          "%s of \"%s\" from %s for prompts of %d tokens"
              .formatted(price.unit(), price.model(), price.validFrom(), price.minPromptTokens());
      if (!seen.add(key)) {
        throw new SextantException(
            ErrorCode.DUPLICATE_OBJECT, "There are two prices: " + key + ". Give one of them.");
      }
    }
  }

  /** The price that holds for a prompt at a moment. */
  public Optional<Price> price(String model, Unit unit, Instant at, long promptTokens) {
    return prices.stream()
        .filter(price -> price.model().equals(model) && price.unit() == unit)
        .filter(price -> price.holds(at, promptTokens))
        .max(Comparator.comparingInt(Price::minPromptTokens).thenComparing(Price::validFrom));
  }

  /**
   * What a call costs in US dollars, exactly; empty where the price of anything that was used is
   * unknown. Input and output must have a price even where none was used, so that a model without
   * prices never looks free.
   */
  public Optional<BigDecimal> cost(String model, Usage usage, Instant at) {
    long prompt = usage.inputTokens();
    Optional<Price> reasoning = price(model, Unit.REASONING, at, prompt);
    long hidden = reasoning.isPresent() ? usage.reasoningTokens() : 0;
    long fresh = prompt - usage.cachedTokens() - usage.cacheWrittenTokens();
    BigDecimal perMillion = BigDecimal.ZERO;
    long[] counts = {
      fresh, usage.outputTokens() - hidden, usage.cachedTokens(), usage.cacheWrittenTokens()
    };
    Unit[] units = {Unit.INPUT, Unit.OUTPUT, Unit.CACHE_READ, Unit.CACHE_WRITE};
    for (int i = 0; i < units.length; i++) {
      boolean needed = counts[i] > 0 || units[i] == Unit.INPUT || units[i] == Unit.OUTPUT;
      Optional<Price> price = price(model, units[i], at, prompt);
      if (price.isPresent()) {
        perMillion = perMillion.add(price.get().usd().multiply(BigDecimal.valueOf(counts[i])));
      } else if (needed) {
        return Optional.empty();
      }
    }
    if (reasoning.isPresent()) {
      perMillion = perMillion.add(reasoning.get().usd().multiply(BigDecimal.valueOf(hidden)));
    }
    BigDecimal request =
        price(model, Unit.REQUEST, at, prompt).map(Price::usd).orElse(BigDecimal.ZERO);
    return Optional.of(perMillion.movePointLeft(6).add(request));
  }

  /** A cost in thousand-millionths of a dollar, rounded up: what a budget has to grant. */
  public OptionalLong costNanoUsd(String model, Usage usage, Instant at) {
    Optional<BigDecimal> cost = cost(model, usage, at);
    return cost.isPresent() ? OptionalLong.of(nanoUsd(cost.get())) : OptionalLong.empty();
  }

  /**
   * Dollars in thousand-millionths, rounded up.
   *
   * @throws SextantException {@link ErrorCode#NUMERIC_OUT_OF_RANGE} beyond 9 thousand million USD
   */
  public static long nanoUsd(BigDecimal usd) {
    try {
      return usd.movePointRight(9).setScale(0, RoundingMode.CEILING).longValueExact();
    } catch (ArithmeticException tooLarge) {
      throw new SextantException(
          ErrorCode.NUMERIC_OUT_OF_RANGE,
          "An amount of " + usd.toPlainString() + " USD is too large to be accounted for",
          tooLarge);
    }
  }
}
