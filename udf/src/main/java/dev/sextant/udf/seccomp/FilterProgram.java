package dev.sextant.udf.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A program that decides on system calls.
 *
 * @param architecture whose calls it knows
 * @param instructions from the first to the last
 */
public record FilterProgram(Architecture architecture, List<Instruction> instructions) {
  /** As many as the kernel takes. */
  public static final int MAX_INSTRUCTIONS = 4096;

  /** Bytes of one instruction. */
  public static final int INSTRUCTION_BYTES = 8;

  /**
   * How many instructions run for a call.
   *
   * @param min of all calls the architecture has, arguments 0
   * @param max of all ways through the program
   * @param mean of all calls the architecture has, arguments 0
   */
  public record PathLengths(int min, int max, double mean) {}

  /** A program that the kernel takes. */
  public FilterProgram {
    instructions = List.copyOf(instructions);
    if (instructions.isEmpty() || instructions.size() > MAX_INSTRUCTIONS) {
      throw new IllegalArgumentException(
          "A filter has from 1 to 4096 instructions, not " + instructions.size() + ".");
    }
  }

  /** The shortest of all: it allows every call and shows what having a filter costs. */
  public static FilterProgram allowAll(Architecture architecture) {
    return new FilterProgram(
        architecture, List.of(new Instruction(Instruction.RETURN, 0, 0, Verdict.ALLOW)));
  }

  /** As the kernel reads it on this machine. */
  public byte[] toBytes() {
    return bytes(ByteOrder.nativeOrder());
  }

  private byte[] bytes(ByteOrder order) {
    ByteBuffer buffer = ByteBuffer.allocate(instructions.size() * INSTRUCTION_BYTES).order(order);
    for (Instruction instruction : instructions) {
      buffer
          .putShort((short) instruction.code())
          .put((byte) instruction.whenTrue())
          .put((byte) instruction.whenFalse())
          .putInt(instruction.operand());
    }
    return buffer.array();
  }

  /** The program's name by its content, the same on every machine: 64 hexadecimal digits. */
  public String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(architecture.name().getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest.digest(bytes(ByteOrder.LITTLE_ENDIAN)));
    } catch (NoSuchAlgorithmException everyJvmHasIt) {
      throw new IllegalStateException(everyJvmHasIt);
    }
  }

  /** How many instructions run for a call. */
  public PathLengths pathLengths() {
    int[] steps =
        architecture.calls().keySet().stream()
            .mapToInt(
                number -> FilterInterpreter.run(this, CallData.of(architecture, number)).steps())
            .toArray();
    int min = Integer.MAX_VALUE;
    long sum = 0;
    for (int count : steps) {
      min = Math.min(min, count);
      sum += count;
    }
    return new PathLengths(min, longest(), (double) sum / steps.length);
  }

  private int longest() {
    int[] length = new int[instructions.size()];
    for (int at = length.length - 1; at >= 0; at--) {
      Instruction instruction = instructions.get(at);
      int after = 0;
      if (instruction.isBranch()) {
        after =
            Math.max(
                length[at + 1 + instruction.whenTrue()], length[at + 1 + instruction.whenFalse()]);
      } else if (instruction.code() == Instruction.JUMP) {
        after = length[at + 1 + instruction.operand()];
      } else if (instruction.code() != Instruction.RETURN) {
        after = length[at + 1];
      }
      length[at] = 1 + after;
    }
    return length[0];
  }

  /** The program as text, a line for each instruction. */
  public List<String> disassembly() {
    List<String> lines = new ArrayList<>();
    for (int at = 0; at < instructions.size(); at++) {
      lines.add("%4d  %s".formatted(at, Disassembler.text(this, at)));
    }
    return lines;
  }
}
