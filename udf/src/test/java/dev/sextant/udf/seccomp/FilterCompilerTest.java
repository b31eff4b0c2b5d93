package dev.sextant.udf.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.udf.ArgumentTest;
import dev.sextant.udf.CallAction;
import dev.sextant.udf.CallCategory;
import dev.sextant.udf.CallRule;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.SystemCallPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A program says of every call what its policy says. */
class FilterCompilerTest {
  private static final int LAST_NUMBER = 600;

  static List<SandboxProfile> profiles() {
    return SandboxProfiles.builtIn();
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void programsOfBuiltInProfilesAreTheirPolicies(SandboxProfile profile) {
    for (Architecture architecture : Architecture.values()) {
      requireEqual(profile.systemCalls().start(), architecture);
      requireEqual(profile.systemCalls().run(), architecture);
    }
  }

  static void requireEqual(SystemCallPolicy policy, Architecture architecture) {
    FilterProgram tree = FilterCompiler.compile(policy, architecture);
    FilterProgram chain = FilterCompiler.compileLinear(policy, architecture);
    for (int number = 0; number <= LAST_NUMBER; number++) {
      String call = architecture.callName(number);
      for (CallData.Arguments arguments : argumentClasses(policy.rulesOf(call))) {
        String expected = text(policy.decide(call, arguments.toArray()));
        CallData data = new CallData(number, architecture.auditNumber(), arguments);
        assertThat(FilterInterpreter.run(tree, data).text())
            .as("tree %s", data)
            .isEqualTo(expected);
        assertThat(FilterInterpreter.run(chain, data).text())
            .as("chain %s", data)
            .isEqualTo(expected);
      }
    }
    for (FilterProgram program : List.of(tree, chain)) {
      requireStrangersKilled(program);
    }
  }

  private static String text(CallAction action) {
    return action.toString();
  }

  private static void requireStrangersKilled(FilterProgram program) {
    Architecture own = program.architecture();
    for (int number : new int[] {0x40000000, 0x40000001, 0x40000209, -1, -2, Integer.MIN_VALUE}) {
      assertThat(FilterInterpreter.run(program, CallData.of(own, number)).text())
          .as("number %x", number)
          .isEqualTo("kill");
    }
    int i386 = 0x40000003;
    List<Integer> others = new ArrayList<>(List.of(i386, 0, -1, 0x40000028));
    for (Architecture other : Architecture.values()) {
      if (other != own) {
        others.add(other.auditNumber());
      }
    }
    for (int audit : others) {
      for (int number = 0; number <= LAST_NUMBER; number++) {
        CallData data = new CallData(number, audit, CallData.Arguments.ZERO);
        assertThat(FilterInterpreter.run(program, data).text()).as("%s", data).isEqualTo("kill");
      }
    }
  }

  /** Values at, below and above each constant, with high bits, and one argument at a time. */
  static List<CallData.Arguments> argumentClasses(List<CallRule> rules) {
    Set<Integer> indexes = new TreeSet<>();
    Set<Long> values = new TreeSet<>(List.of(0L, 1L, -1L, 1L << 32, Long.MIN_VALUE));
    for (CallRule rule : rules) {
      for (ArgumentTest test : rule.tests()) {
        indexes.add(test.argument());
        for (long at : new long[] {test.value(), test.mask(), test.value() | ~test.mask()}) {
          for (long near : new long[] {at, at - 1, at + 1}) {
            values.addAll(
                List.of(near, near | 1L << 32, near ^ 1L << 63, near << 32, near | -1L << 32));
          }
        }
      }
    }
    List<CallData.Arguments> classes = new ArrayList<>(List.of(CallData.Arguments.ZERO));
    List<Long> all = new ArrayList<>(values);
    for (int index : indexes) {
      for (int at = 0; at < all.size(); at++) {
        long[] arguments = new long[6];
        arguments[index] = all.get(at);
        classes.add(new CallData.Arguments(arguments));
        for (int other : indexes) {
          arguments[other] = all.get((at + other) % all.size());
        }
        arguments[index] = all.get(at);
        classes.add(new CallData.Arguments(arguments));
      }
    }
    return classes;
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void jumpsReachAcrossAnyNumberOfInstructions(Architecture architecture) {
    List<CallRule> rules = new ArrayList<>();
    int turn = 0;
    for (String call : architecture.calls().values().stream().limit(260).toList()) {
      CallAction action = new CallAction(CallAction.Kind.ERRNO, 1 + turn % 97);
      rules.add(new CallRule(call, List.of(ArgumentTest.is(turn % 6, turn)), CallAction.ALLOW));
      rules.add(new CallRule(call, List.of(ArgumentTest.atMost(1, 5L << 32)), action));
      turn++;
    }
    SystemCallPolicy policy = new SystemCallPolicy(rules, Map.of(), CallAction.KILL);
    assertThat(FilterCompiler.compile(policy, architecture).instructions())
        .as("more than a branch reaches")
        .hasSizeGreaterThan(2000);
    requireEqual(policy, architecture);
  }

  @Test
  void aTreeAsksLessThanAChain() {
    SystemCallPolicy policy = SandboxProfiles.UNTRUSTED.systemCalls().start();
    FilterProgram tree = FilterCompiler.compile(policy, Architecture.X86_64);
    FilterProgram chain = FilterCompiler.compileLinear(policy, Architecture.X86_64);
    assertThat(tree.pathLengths().max()).isLessThan(30);
    assertThat(tree.pathLengths().mean()).isLessThan(chain.pathLengths().mean() / 5);
    assertThat(tree.pathLengths().min()).isGreaterThan(3);
    assertThat(FilterProgram.allowAll(Architecture.X86_64).pathLengths())
        .isEqualTo(new FilterProgram.PathLengths(1, 1, 1.0));
  }

  @Test
  void programsHaveNamesAndText() {
    SystemCallPolicy policy =
        new SystemCallPolicy(
            List.of(CallRule.allow("read", ArgumentTest.is(0, 0)), CallRule.allow("getpid")),
            Map.of(CallCategory.NETWORK, CallAction.NOTIFY),
            CallAction.EPERM);
    FilterProgram program = FilterCompiler.compile(policy, Architecture.X86_64);
    assertThat(program.disassembly())
        .startsWith(
            "   0  load architecture",
            "   1  if = 0xc000003e then 2 else " + (program.instructions().size() - 1))
        .contains("   2  load number")
        .anyMatch(line -> line.endsWith("load arg0.low"))
        .anyMatch(line -> line.endsWith("return notify"))
        .anyMatch(line -> line.endsWith("return errno 1"))
        .last()
        .asString()
        .endsWith("return kill");
    assertThat(program.sha256())
        .hasSize(64)
        .isEqualTo(FilterCompiler.compile(policy, Architecture.X86_64).sha256());
    assertThat(program.sha256())
        .isNotEqualTo(FilterCompiler.compileLinear(policy, Architecture.X86_64).sha256())
        .isNotEqualTo(FilterCompiler.compile(policy, Architecture.AARCH64).sha256());
    assertThat(program.toBytes()).hasSize(8 * program.instructions().size());
  }

  @Test
  void numbersAreThoseOfTheKernel() {
    assertThat(Architecture.X86_64.number("read")).hasValue(0);
    assertThat(Architecture.X86_64.number("seccomp")).hasValue(317);
    assertThat(Architecture.X86_64.number("clone3")).hasValue(435);
    assertThat(Architecture.AARCH64.number("read")).hasValue(63);
    assertThat(Architecture.AARCH64.number("mmap")).hasValue(222);
    assertThat(Architecture.AARCH64.number("seccomp")).hasValue(277);
    assertThat(Architecture.AARCH64.number("clone3")).hasValue(435);
    assertThat(Architecture.AARCH64.number("open")).as("only openat is there").isEmpty();
    Set<String> named = new TreeSet<>();
    for (SandboxProfile profile : SandboxProfiles.builtIn()) {
      named.addAll(profile.systemCalls().start().calls());
      named.addAll(profile.systemCalls().run().calls());
    }
    named.removeAll(Architecture.X86_64.numbers().keySet());
    assertThat(named).as("names that stand for no call").isEmpty();
  }
}
