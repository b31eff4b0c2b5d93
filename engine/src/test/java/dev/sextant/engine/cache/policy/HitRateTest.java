package dev.sextant.engine.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Real streams: hit rates are those of the policies' reference implementations. */
class HitRateTest {
  private static final double TOLERANCE = 0.5;

  @Test
  void hitRatesAreTheReferences() throws IOException {
    Traces traces = Traces.orSkip();
    List<Traces.Reference> references = traces.references();
    assertThat(references).hasSize(39);
    for (Traces.Reference reference : references) {
      long[] keys = traces.keys(reference.trace());
      assertThat(keys).as(reference.trace()).hasSize(reference.requests());
      StringBuilder line =
          new StringBuilder(
              String.format(Locale.ROOT, "%-25s %6d", reference.trace(), reference.size()));
      for (PolicyKind kind : PolicyKind.values()) {
        CacheSimulation cache = new CacheSimulation(kind, reference.size());
        for (long key : keys) {
          cache.request(key);
        }
        double rate = 100 * cache.hitRatio();
        line.append(String.format(Locale.ROOT, " %8s %5.2f", kind.sqlName(), rate));
        assertThat(rate).as("%s, best possible", line).isLessThanOrEqualTo(reference.best() + 0.01);
        if (kind != PolicyKind.GDSF) {
          assertThat(Math.abs(rate - reference.of(kind)))
              .as("%s, reference %s", line, reference.of(kind))
              .isLessThanOrEqualTo(TOLERANCE);
        }
      }
      System.out.println(line);
    }
  }
}
