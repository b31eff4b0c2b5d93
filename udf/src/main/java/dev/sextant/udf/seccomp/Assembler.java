package dev.sextant.udf.seccomp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/*
 * Instructions are written from the last to the first, so that what is jumped to is there already:
 * classic BPF only jumps forward. A branch reaches 255 instructions; farther targets get a plain
 * jump, which reaches any, beside the branch.
 */
/** Gives the nodes of a decision their addresses. */
final class Assembler {
  private final List<Instruction> reversed = new ArrayList<>();
  private final IdentityHashMap<Node, Integer> places = new IdentityHashMap<>();
  private final Map<Integer, Integer> returns = new HashMap<>();

  private Assembler() {}

  static List<Instruction> assemble(Node root) {
    Assembler assembler = new Assembler();
    assembler.place(root);
    List<Instruction> instructions = new ArrayList<>(assembler.reversed);
    Collections.reverse(instructions);
    return instructions;
  }

  /** Writes a node and what follows it, unless that was done; gives its place from the end. */
  private int place(Node node) {
    Integer known = node instanceof Node.Return end ? returns.get(end.verdict()) : places.get(node);
    if (known != null) {
      return known;
    }
    switch (node) {
      case Node.Return end -> {
        add(new Instruction(Instruction.RETURN, 0, 0, end.verdict()));
        returns.put(end.verdict(), last());
      }
      case Node.Load load -> {
        follow(load.next());
        add(new Instruction(Instruction.LOAD, 0, 0, load.offset()));
      }
      case Node.And and -> {
        follow(and.next());
        add(new Instruction(Instruction.AND, 0, 0, and.mask()));
      }
      case Node.Branch branch -> placeBranch(branch);
    }
    places.put(node, last());
    return last();
  }

  private void placeBranch(Node.Branch branch) {
    int whenFalse = place(branch.whenFalse());
    int whenTrue = place(branch.whenTrue());
    // A jump put in for one target makes the other one farther away.
    if (last() + 1 - whenFalse > 255) {
      whenFalse = jumpTo(whenFalse);
    }
    if (last() + 1 - whenTrue > 255) {
      whenTrue = jumpTo(whenTrue);
    }
    add(new Instruction(branch.code(), last() - whenTrue, last() - whenFalse, branch.operand()));
  }

  /** Makes a node be what comes next. */
  private void follow(Node next) {
    int target = place(next);
    if (target != last()) {
      jumpTo(target);
    }
  }

  private int jumpTo(int target) {
    add(new Instruction(Instruction.JUMP, 0, 0, last() - target));
    return last();
  }

  private void add(Instruction instruction) {
    reversed.add(instruction);
  }

  private int last() {
    return reversed.size() - 1;
  }
}
