package dev.sextant.udf.seccomp;

import dev.sextant.udf.ArgumentTest;
import dev.sextant.udf.CallAction;
import dev.sextant.udf.CallRule;
import dev.sextant.udf.SystemCallPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/*
 * A program starts with two questions that have nothing to do with the policy: whether the call is
 * made for this architecture (i386 code in an x86-64 process has other numbers), and whether its
 * number has the bit of the x32 ABI, which reaches the same calls by other numbers. Both end the
 * process.
 *
 * Then the numbers, cut into ranges of equal fate, are found by halving: a call that is allowed
 * without conditions costs as many comparisons as the logarithm of the number of ranges. Nothing
 * of the policy is asked at run time; arguments are looked at only for calls whose rules do.
 */
/** Makes programs of policies. */
public final class FilterCompiler {
  /** The bit of x32, and of negative numbers. No architecture has calls there. */
  static final int NO_NUMBER = 0x40000000;

  private final SystemCallPolicy policy;
  private final Architecture architecture;
  private final Map<Integer, Node> ends = new HashMap<>();

  private FilterCompiler(SystemCallPolicy policy, Architecture architecture) {
    this.policy = policy;
    this.architecture = architecture;
  }

  /** A program that decides by halving. */
  public static FilterProgram compile(SystemCallPolicy policy, Architecture architecture) {
    FilterCompiler compiler = new FilterCompiler(policy, architecture);
    return compiler.program(compiler.tree());
  }

  /** A program that compares with one number after the other, for comparison. */
  public static FilterProgram compileLinear(SystemCallPolicy policy, Architecture architecture) {
    FilterCompiler compiler = new FilterCompiler(policy, architecture);
    return compiler.program(compiler.chain());
  }

  private FilterProgram program(Node decision) {
    Node byNumber = new Node.Load(CallData.NUMBER_OFFSET, decision);
    Node kill = end(CallAction.KILL);
    Node root =
        new Node.Load(
            CallData.ARCHITECTURE_OFFSET,
            new Node.Branch(Instruction.EQUAL, architecture.auditNumber(), byNumber, kill));
    return new FilterProgram(architecture, Assembler.assemble(root));
  }

  /** Equal fates are the same node. */
  private Node end(CallAction action) {
    return ends.computeIfAbsent(Verdict.of(action), Node.Return::new);
  }

  private NavigableMap<Integer, Node> fates() {
    NavigableMap<Integer, Node> fates = new TreeMap<>();
    Map<String, Integer> numbers = architecture.numbers();
    for (String call : policy.calls()) {
      Integer number = numbers.get(call);
      if (number != null) {
        fates.put(number, fate(policy.rulesOf(call)));
      }
    }
    return fates;
  }

  /** The rules of one call, from the last to the first. */
  private Node fate(List<CallRule> rules) {
    Node fate = end(policy.otherwise());
    for (CallRule rule : rules.reversed()) {
      Node matched = end(rule.action());
      if (rule.tests().isEmpty() || !matched.equals(fate)) {
        fate = all(rule.tests(), matched, fate);
      }
    }
    return fate;
  }

  private static Node all(List<ArgumentTest> tests, Node matched, Node failed) {
    Node node = matched;
    for (ArgumentTest test : tests.reversed()) {
      node =
          switch (test.relation()) {
            case IS -> bits(test, node, failed);
            case AT_MOST -> atMost(test, node, failed);
          };
    }
    return node;
  }

  private static int lowOffset(ArgumentTest test) {
    return CallData.ARGUMENTS_OFFSET + 8 * test.argument();
  }

  private static Node bits(ArgumentTest test, Node matched, Node failed) {
    Node node = matched;
    for (int half = 0; half < 2; half++) {
      int mask = (int) (test.mask() >>> (32 * half));
      int value = (int) (test.value() >>> (32 * half));
      if (mask != 0) {
        Node compare = new Node.Branch(Instruction.EQUAL, value, node, failed);
        Node masked = mask == -1 ? compare : new Node.And(mask, compare);
        node = new Node.Load(lowOffset(test) + 4 * half, masked);
      }
    }
    return node;
  }

  private static Node atMost(ArgumentTest test, Node matched, Node failed) {
    int high = (int) (test.value() >>> 32);
    Node low =
        new Node.Load(
            lowOffset(test),
            new Node.Branch(Instruction.GREATER, (int) test.value(), failed, matched));
    Node below =
        high == 0
            ? new Node.Branch(Instruction.EQUAL, 0, low, failed)
            : new Node.Branch(
                Instruction.GREATER,
                high,
                failed,
                new Node.Branch(Instruction.EQUAL, high, low, matched));
    return new Node.Load(lowOffset(test) + 4, below);
  }

  private Node tree() {
    Node otherwise = end(policy.otherwise());
    NavigableMap<Integer, Node> starts = new TreeMap<>();
    starts.put(0, otherwise);
    fates()
        .forEach(
            (number, fate) -> {
              starts.put(number, fate);
              starts.putIfAbsent(number + 1, otherwise);
            });
    // Fates are put in order of their numbers: a later one replaces the end of the one before.
    starts.put(NO_NUMBER, end(CallAction.KILL));
    List<Map.Entry<Integer, Node>> ranges = new ArrayList<>();
    for (Map.Entry<Integer, Node> range : starts.entrySet()) {
      if (ranges.isEmpty() || !ranges.getLast().getValue().equals(range.getValue())) {
        ranges.add(range);
      }
    }
    return halves(ranges);
  }

  private static Node halves(List<Map.Entry<Integer, Node>> ranges) {
    if (ranges.size() == 1) {
      return ranges.getFirst().getValue();
    }
    int middle = ranges.size() / 2;
    return new Node.Branch(
        Instruction.AT_LEAST,
        ranges.get(middle).getKey(),
        halves(ranges.subList(middle, ranges.size())),
        halves(ranges.subList(0, middle)));
  }

  private Node chain() {
    Node node = end(policy.otherwise());
    List<Map.Entry<Integer, Node>> fates = new ArrayList<>(fates().entrySet());
    Collections.reverse(fates);
    for (Map.Entry<Integer, Node> fate : fates) {
      node = new Node.Branch(Instruction.EQUAL, fate.getKey(), fate.getValue(), node);
    }
    return new Node.Branch(Instruction.AT_LEAST, NO_NUMBER, end(CallAction.KILL), node);
  }
}
