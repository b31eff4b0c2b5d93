package dev.sextant.udf.seccomp;

/** Writes instructions as people read them. */
final class Disassembler {
  private Disassembler() {}

  static String text(FilterProgram program, int at) {
    Instruction instruction = program.instructions().get(at);
    int operand = instruction.operand();
    return switch (instruction.code()) {
      case Instruction.LOAD -> "load " + word(operand);
      case Instruction.AND -> "and 0x" + Integer.toHexString(operand);
      case Instruction.JUMP -> "jump " + (at + 1 + operand);
      case Instruction.EQUAL -> branch(instruction, at, "=");
      case Instruction.GREATER -> branch(instruction, at, ">");
      case Instruction.AT_LEAST -> branch(instruction, at, ">=");
      case Instruction.RETURN -> "return " + Verdict.text(operand);
      default -> "unknown 0x" + Integer.toHexString(instruction.code());
    };
  }

  private static String branch(Instruction instruction, int at, String relation) {
    String operand =
        instruction.operand() >= 0 && instruction.operand() < 10_000
            ? Integer.toString(instruction.operand())
            : "0x" + Integer.toHexString(instruction.operand());
    return "if %s %s then %d else %d"
        .formatted(
            relation, operand, at + 1 + instruction.whenTrue(), at + 1 + instruction.whenFalse());
  }

  private static String word(int offset) {
    if (offset == CallData.NUMBER_OFFSET) {
      return "number";
    }
    if (offset == CallData.ARCHITECTURE_OFFSET) {
      return "architecture";
    }
    int at = offset - CallData.ARGUMENTS_OFFSET;
    return "arg" + at / 8 + (at % 8 == 0 ? ".low" : ".high");
  }
}
