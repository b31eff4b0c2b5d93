package dev.sextant.udf.seccomp;

/** Runs a filter as the kernel would, one instruction after the other. */
public final class FilterInterpreter {
  private FilterInterpreter() {}

  /**
   * How a run ended.
   *
   * @param verdict what the filter returned
   * @param steps instructions that ran
   */
  public record Outcome(int verdict, int steps) {
    /** The verdict as text: allow, notify, kill, or errno and its number. */
    public String text() {
      return Verdict.text(verdict);
    }
  }

  /** What a filter says of a call. */
  public static Outcome run(FilterProgram program, CallData data) {
    int accumulator = 0;
    int at = 0;
    for (int steps = 1; ; steps++) {
      Instruction instruction = program.instructions().get(at++);
      int operand = instruction.operand();
      switch (instruction.code()) {
        case Instruction.LOAD -> accumulator = data.word(operand);
        case Instruction.AND -> accumulator &= operand;
        case Instruction.JUMP -> at += operand;
        case Instruction.EQUAL -> at += skip(instruction, accumulator == operand);
        case Instruction.GREATER ->
            at += skip(instruction, Integer.compareUnsigned(accumulator, operand) > 0);
        case Instruction.AT_LEAST ->
            at += skip(instruction, Integer.compareUnsigned(accumulator, operand) >= 0);
        case Instruction.RETURN -> {
          return new Outcome(operand, steps);
        }
        default -> throw new IllegalArgumentException("No such instruction: " + instruction);
      }
    }
  }

  private static int skip(Instruction branch, boolean holds) {
    return holds ? branch.whenTrue() : branch.whenFalse();
  }
}
