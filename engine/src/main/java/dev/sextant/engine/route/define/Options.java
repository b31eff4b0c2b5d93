package dev.sextant.engine.route.define;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The options of a definition as they were written, by name.
 *
 * @param of what they are options of, for messages
 * @param values texts and numbers as texts; times in milliseconds
 */
public record Options(String of, Map<String, String> values) {
  /** Copies the values, in the order of their names. */
  public Options {
    values = java.util.Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /** Refuses options that are not known, with the nearest that is. */
  public Options only(List<String> known) {
    values.keySet().forEach(name -> Names.choice("option of " + of, name, known, same -> same));
    return this;
  }

  /** An option as it was written. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** An option that cannot be left out. */
  public String required(String name) {
    return text(name)
        .orElseThrow(
            () ->
                new SextantException(
                    ErrorCode.INVALID_DEFINITION, of + " needs the option " + name + "."));
  }

  /** An option that is a whole number from 1. */
  public OptionalInt count(String name) {
    Optional<String> given = text(name);
    if (given.isEmpty()) {
      return OptionalInt.empty();
    }
    String digits = given.get();
    int number = digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : 0;
    if (number < 1) {
      throw invalid(name, "a whole number from 1");
    }
    return OptionalInt.of(number);
  }

  /** An option that is a number. */
  public OptionalDouble number(String name) {
    Optional<String> given = text(name);
    if (given.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      double number = Double.parseDouble(given.get());
      if (Double.isFinite(number)) {
        return OptionalDouble.of(number);
      }
    } catch (NumberFormatException notNumber) {
      throw invalid(name, "a number");
    }
    throw invalid(name, "a number");
  }

  /** An option that is a time. */
  public Optional<Duration> time(String name) {
    return text(name)
        .map(
            written -> {
              if (!written.matches("\\d{1,12}") || Long.parseLong(written) < 1) {
                throw invalid(name, "a time such as 30 s");
              }
              return Duration.ofMillis(Long.parseLong(written));
            });
  }

  private SextantException invalid(String name, String expected) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Option %s of %s expects %s but got \"%s\"."
            .formatted(name, of, expected, values.get(name)));
  }
}
