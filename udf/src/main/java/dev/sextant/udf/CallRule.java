package dev.sextant.udf;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What becomes of one system call where its arguments meet conditions.
 *
 * @param call by its name, which stands for another number on each architecture
 * @param tests all of which have to hold; none for any arguments
 * @param action what becomes of the call then
 */
public record CallRule(String call, List<ArgumentTest> tests, CallAction action) {
  /** A rule that nobody can change. */
  public CallRule {
    tests = List.copyOf(tests);
  }

  /** A call that is allowed with any arguments. */
  public static CallRule allow(String call) {
    return new CallRule(call, List.of(), CallAction.ALLOW);
  }

  /** A call that is allowed where its arguments meet all conditions. */
  public static CallRule allow(String call, ArgumentTest... tests) {
    return new CallRule(call, List.of(tests), CallAction.ALLOW);
  }

  /** Whether the arguments meet all conditions. */
  public boolean matches(long[] arguments) {
    for (ArgumentTest test : tests) {
      if (!test.holds(arguments[test.argument()])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return tests.isEmpty()
        ? call
        : call
            + "("
            + tests.stream().map(ArgumentTest::toString).collect(Collectors.joining(" and "))
            + ")";
  }
}
