package dev.sextant.engine.route.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.price.Price.Unit;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Prices by date, prompt length and kind of token, to the last digit. */
class PriceListTest {
  private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant JUNE = Instant.parse("2026-06-01T00:00:00Z");
  private static final Instant JULY = Instant.parse("2026-07-01T00:00:00Z");

  private static Price price(String model, Unit unit, Instant from, String usd) {
    return new Price(model, unit, 0, from, Optional.empty(), new BigDecimal(usd));
  }

  private final List<Price> prices =
      List.of(
          price("gpt", Unit.INPUT, JANUARY, "2.50"),
          price("gpt", Unit.INPUT, JUNE, "2.00"),
          price("gpt", Unit.OUTPUT, JANUARY, "10"),
          price("gpt", Unit.CACHE_READ, JANUARY, "0.0375"),
          new Price("gpt", Unit.INPUT, 1000, JUNE, Optional.of(JULY), new BigDecimal("4")),
          price("gpt-4", Unit.INPUT, JANUARY, "30"),
          price("gpt-4", Unit.REQUEST, JANUARY, "0.01"));
  private final PriceList list = new PriceList(prices);

  private Optional<BigDecimal> cost(String model, Usage usage, Instant at) {
    return list.cost(model, usage, at);
  }

  @Test
  void theDateAndTheLengthOfThePromptDecide() {
    assertThat(cost("gpt", Usage.of(100, 10), JANUARY))
        .map(BigDecimal::stripTrailingZeros)
        .hasValue(new BigDecimal("0.00035000").stripTrailingZeros());
    assertThat(cost("gpt", Usage.of(100, 10), JUNE))
        .map(BigDecimal::stripTrailingZeros)
        .hasValue(new BigDecimal("0.00030000").stripTrailingZeros());
    assertThat(cost("gpt", Usage.of(1000, 0), JUNE).orElseThrow()).isEqualByComparingTo("0.004");
    assertThat(cost("gpt", Usage.of(1000, 0), JULY).orElseThrow()).isEqualByComparingTo("0.002");
  }

  @Test
  void whatIsUnknownIsEmptyAndNeverNothing() {
    assertThat(cost("gpt", Usage.of(100, 10), JANUARY.minusMillis(1))).isEmpty();
    assertThat(cost("gpt-4o-2024", Usage.of(100, 10), JUNE)).isEmpty();
    assertThat(cost("gpt-4", Usage.of(100, 0), JUNE)).as("no price of output").isEmpty();
    assertThat(cost("gpt", new Usage(100, 0, 1, 0, 0), JUNE)).as("cache write").isEmpty();
    assertThat(cost("gpt", new Usage(0, 0, 0, 0, 0), JUNE).orElseThrow().signum()).isZero();
    assertThat(list.costNanoUsd("unknown", Usage.of(1, 1), JUNE)).isEmpty();
  }

  @Test
  void partsOfTheTokensHaveTheirOwnPrice() {
    assertThat(cost("gpt", new Usage(100, 40, 0, 10, 8), JUNE).orElseThrow())
        .isEqualByComparingTo("0.0002215");
    List<Price> more = new ArrayList<>(prices);
    more.add(price("gpt", Unit.REASONING, JUNE, "1"));
    more.add(price("gpt", Unit.REQUEST, JUNE, "0.5"));
    assertThat(new PriceList(more).cost("gpt", new Usage(100, 0, 0, 10, 8), JUNE).orElseThrow())
        .isEqualByComparingTo("0.500228");
  }

  @Property(tries = 200)
  void sumsAreExactInWhateverOrderThePricesAre(@ForAll long seed) {
    Random random = new Random(seed);
    List<Price> shuffled = new ArrayList<>(prices);
    Collections.shuffle(shuffled, random);
    PriceList other = new PriceList(shuffled);
    long input = random.nextInt(1_000_000);
    long cached = random.nextInt((int) input + 1);
    long output = random.nextInt(1_000_000);
    Usage usage = new Usage(input, cached, 0, output, random.nextInt((int) output + 1));
    // In units of 1e-10 USD: 0.0375 a million is 375 of them, and so on.
    BigInteger expected =
        BigInteger.valueOf(input - cached)
            .multiply(BigInteger.valueOf(20_000))
            .add(BigInteger.valueOf(cached).multiply(BigInteger.valueOf(375)))
            .add(BigInteger.valueOf(output).multiply(BigInteger.valueOf(100_000)));
    BigDecimal cost = other.cost("gpt", usage, JULY).orElseThrow();
    assertThat(cost).isEqualByComparingTo(new BigDecimal(expected, 10));
    BigInteger[] nano = expected.divideAndRemainder(BigInteger.TEN);
    assertThat(other.costNanoUsd("gpt", usage, JULY).orElseThrow())
        .isEqualTo(nano[0].longValueExact() + nano[1].signum());
  }

  @Test
  void contradictionsAreRefused() {
    List<Price> twice = List.of(prices.getFirst(), price("gpt", Unit.INPUT, JANUARY, "3"));
    assertThatThrownBy(() -> new PriceList(twice))
        .isInstanceOf(SextantException.class)
        .hasMessageContaining("two prices: INPUT of \"gpt\"");
    assertThatThrownBy(() -> price("m", Unit.INPUT, JANUARY, "-1"))
        .hasMessageContaining("not below 0");
    assertThatThrownBy(() -> new Usage(10, 11, 0, 0, 0)).hasMessageContaining("input 10 (11, 0)");
    assertThatThrownBy(() -> PriceList.nanoUsd(new BigDecimal("1e10")))
        .hasMessageContaining("10000000000 USD");
  }
}
