package dev.sextant.udf.seccomp;

import dev.sextant.udf.ArgumentTest;
import dev.sextant.udf.CallAction;
import dev.sextant.udf.CallCategory;
import dev.sextant.udf.CallRule;
import dev.sextant.udf.SystemCallPolicy;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** What holds for the programs of any policies. */
class FilterCompilerProperties {
  private static final List<String> NAMES = new ArrayList<>(Architecture.X86_64.numbers().keySet());

  @Property(tries = 60, seed = "20261122", shrinking = ShrinkingMode.OFF)
  void programsAreTheirPolicies(
      @ForAll("policies") SystemCallPolicy policy, @ForAll Architecture architecture) {
    FilterCompilerTest.requireEqual(policy, architecture);
  }

  @Provide
  Arbitrary<SystemCallPolicy> policies() {
    return Combinators.combine(
            rules().list().ofMaxSize(120),
            Arbitraries.maps(Arbitraries.of(CallCategory.class), denials()).ofMaxSize(4),
            denials())
        .as(SystemCallPolicy::new);
  }

  private static Arbitrary<CallAction> denials() {
    return Arbitraries.of(CallAction.EPERM, CallAction.ENOSYS, CallAction.NOTIFY, CallAction.KILL);
  }

  private static Arbitrary<CallRule> rules() {
    Arbitrary<CallAction> actions = Arbitraries.oneOf(denials(), Arbitraries.of(CallAction.ALLOW));
    return Combinators.combine(Arbitraries.of(NAMES), tests().list().ofMaxSize(3), actions)
        .as(CallRule::new);
  }

  private static Arbitrary<ArgumentTest> tests() {
    Arbitrary<Long> numbers =
        Arbitraries.oneOf(
            Arbitraries.longs(),
            Arbitraries.longs().between(0, 64),
            Arbitraries.of(0L, -1L, 1L << 32, 0xffffffffL, Long.MIN_VALUE));
    return Combinators.combine(
            Arbitraries.integers().between(0, 5), Arbitraries.of(0, 1, 2), numbers, numbers)
        .as(
            (argument, kind, mask, value) ->
                switch (kind) {
                  case 0 -> ArgumentTest.is(argument, value);
                  case 1 -> ArgumentTest.bits(argument, mask, value & mask);
                  default -> ArgumentTest.atMost(argument, value);
                });
  }
}
