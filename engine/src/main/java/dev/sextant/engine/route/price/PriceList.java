package dev.sextant.engine.route.price;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.price.Price.Unit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

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
  private static final Comparator<Price> ORDER =
      Comparator.comparingInt(Price::minPromptTokens).thenComparing(Price::validFrom);

  private final Map<String, List<Price>> byModel = new HashMap<>();

  /**
   * A list of prices, in any order.
   *
   * @throws SextantException {@link ErrorCode#DUPLICATE_OBJECT} where two begin at the same time
   */
  public PriceList(List<Price> prices) {
    for (Price price : prices) {
      List<Price> others = byModel.computeIfAbsent(price.model(), model -> new ArrayList<>());
      for (Price other : others) {
        if (sameBeginning(price, other)) {
          throw new SextantException(
              ErrorCode.DUPLICATE_OBJECT,
              "There are two prices: %s of \"%s\" from %s for prompts of %d tokens. Give one."
                  .formatted(
                      price.unit(), price.model(), price.validFrom(), price.minPromptTokens()));
        }
      }
      others.add(price);
    }
  }

  private static boolean sameBeginning(Price one, Price other) {
    return one.unit() == other.unit()
        && one.minPromptTokens() == other.minPromptTokens()
        && one.validFrom().equals(other.validFrom());
  }

  /** The price that holds for a prompt at a moment. */
  public Optional<Price> price(String model, Unit unit, Instant at, long promptTokens) {
    return Optional.ofNullable(find(model, unit, at, promptTokens));
  }

  private @Nullable Price find(String model, Unit unit, Instant at, long promptTokens) {
    Price best = null;
    for (Price price : byModel.getOrDefault(model, List.of())) {
      if (price.unit() == unit
          && price.holds(at, promptTokens)
          && (best == null || ORDER.compare(price, best) > 0)) {
        best = price;
      }
    }
    return best;
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
