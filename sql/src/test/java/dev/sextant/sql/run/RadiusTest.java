package dev.sextant.sql.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.engine.Database;
import dev.sextant.engine.Session;
import dev.sextant.engine.Settings;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The greatest distance below a value, against SQLite's own comparison of a number with it. */
final class RadiusTest {
  private final Random random = new Random(Long.getLong("seed", 2));

  private @Nullable Object value() {
    long whole = random.nextLong() >> random.nextInt(64);
    return switch (random.nextInt(9)) {
      case 0 -> whole;
      case 1 -> (long) Math.scalb(1.0, random.nextInt(64)) + random.nextInt(-2, 3);
      case 2 -> random.nextGaussian();
      case 3 -> Double.longBitsToDouble(random.nextLong());
      case 4 -> (double) random.nextInt(-2, 3) * 0.0;
      case 5 -> random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
      case 6 -> random.nextBoolean() ? "0.5" : new byte[] {7};
      case 7 -> null;
      default -> random.nextInt(-3, 4);
    };
  }

  /** Around a value, where the comparison changes, and elsewhere. */
  private double distance(@Nullable Object value) {
    double near = value instanceof Number number ? number.doubleValue() : random.nextGaussian();
    double distance =
        switch (random.nextInt(5)) {
          case 0 -> Math.nextUp(near);
          case 1 -> Math.nextDown(near);
          case 2 -> random.nextGaussian() * 1e10;
          default -> near;
        };
    return Double.isFinite(distance) ? distance : 1;
  }

  @Test
  void itIsWhereSqliteSaysYes() {
    try (Database database = new Database(Optional.empty(), Settings.defaults());
        Session session = database.connect()) {
      for (boolean inclusive : List.of(true, false)) {
        try (SqliteStatement compare =
            session.connection().prepare(inclusive ? "SELECT ?1 <= ?2" : "SELECT ?1 < ?2")) {
          for (int i = 0; i < 20_000; i++) {
            Object value = value();
            double distance = distance(value);
            compare.bind(1, distance);
            compare.bind(2, value);
            boolean said = compare.step() && Long.valueOf(1).equals(compare.value(0));
            compare.reset();
            assertThat(Radius.of(value, inclusive).stream().anyMatch(r -> distance <= r))
                .as("%s %s %s", distance, inclusive ? "<=" : "<", value)
                .isEqualTo(said);
          }
        }
      }
    }
  }
}
