package dev.sextant.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Every place where a house rule does not hold, and why. A place that needs no exemption any more
 * is an error, so that the list stays short.
 */
final class Exemptions {

  /**
   * One place.
   *
   * @param rule the rule that does not hold there
   * @param where a file, a class, a member or an arrow, as the rule names it
   * @param reason why
   */
  private record Exemption(String rule, String where, String reason) {}

  private static final List<Exemption> ALL =
      List.of(
          new Exemption(
              "package cycle",
              "dev.sextant.engine.vector -> dev.sextant.engine.Session",
              "a search answers for the transaction that asks; Database owns VectorTables"),
          new Exemption(
              "package cycle",
              "dev.sextant.engine.embed -> dev.sextant.engine.Names",
              "finds what a name means; uses no package but that of errors"),
          new Exemption(
              "package cycle",
              "dev.sextant.engine.embed.chunk -> dev.sextant.engine.Names",
              "finds what a name means; uses no package but that of errors"),
          new Exemption(
              "package cycle",
              "dev.sextant.engine.cache.policy -> dev.sextant.engine.Names",
              "finds what a name means; uses no package but that of errors"),
          new Exemption(
              "package cycle",
              "dev.sextant.engine.route.define -> dev.sextant.engine.Names",
              "finds what a name means; uses no package but that of errors"),
          new Exemption(
              "package cycle",
              "dev.sextant.engine.route.client -> dev.sextant.engine.Names",
              "finds what a name means; uses no package but that of errors"),
          new Exemption(
              "package cycle",
              "dev.sextant.sql.plan -> dev.sextant.sql.ResultColumn",
              "a value of the session's interface, which the driver sees beside SqlSession"),
          new Exemption(
              "package cycle",
              "dev.sextant.sql.compile -> dev.sextant.sql.ResultColumn",
              "the compiler names the columns of a result"),
          new Exemption(
              "binary", "docs/measure-report.png", "a picture of the page that an export makes"));

  private final List<Exemption> exemptions;
  private final Set<String> used = new HashSet<>();

  private Exemptions(List<Exemption> exemptions) {
    this.exemptions = exemptions;
  }

  /** The places where a rule does not hold. */
  static Exemptions of(String rule) {
    return new Exemptions(ALL.stream().filter(exemption -> exemption.rule().equals(rule)).toList());
  }

  /** Whether a place, or one that it lies in, is exempt. */
  boolean covers(String where) {
    boolean covered = false;
    for (Exemption exemption : exemptions) {
      if (where.equals(exemption.where()) || where.startsWith(exemption.where() + ".")) {
        used.add(exemption.where());
        covered = true;
      }
    }
    return covered;
  }

  /** Fails where a place on the list keeps the rule. To be called after all places were seen. */
  void requireAllUsed() {
    assertThat(exemptions.stream().map(Exemption::where).filter(where -> !used.contains(where)))
        .as("exemptions that are not needed any more")
        .isEmpty();
  }
}
