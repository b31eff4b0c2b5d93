package dev.sextant.udf.seccomp;

/**
 * An instruction of classic BPF, as {@code struct sock_filter} holds it.
 *
 * @param code 16 bits
 * @param whenTrue how many instructions a jump skips where its condition holds; 8 bits
 * @param whenFalse how many it skips where not; 8 bits
 * @param operand a constant, an offset into the call's data, or the length of a plain jump
 */
public record Instruction(int code, int whenTrue, int whenFalse, int operand) {
  /** Load 32 bits of the call's data. */
  static final int LOAD = 0x20;

  /** And with the operand. */
  static final int AND = 0x54;

  /** Jump without a condition. */
  static final int JUMP = 0x05;

  /** Jump where equal. */
  static final int EQUAL = 0x15;

  /** Jump where greater, without sign. */
  static final int GREATER = 0x25;

  /** Jump where greater or equal, without sign. */
  static final int AT_LEAST = 0x35;

  /** End with a verdict. */
  static final int RETURN = 0x06;

  /** An instruction whose jumps fit their 8 bits. */
  public Instruction {
    if (whenTrue < 0 || whenTrue > 255 || whenFalse < 0 || whenFalse > 255) {
      throw new IllegalArgumentException("A jump is too long: " + whenTrue + ", " + whenFalse);
    }
  }

  boolean isBranch() {
    return code == EQUAL || code == GREATER || code == AT_LEAST;
  }
}
