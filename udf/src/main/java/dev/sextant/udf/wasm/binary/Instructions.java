package dev.sextant.udf.wasm.binary;

import dev.sextant.udf.UdfException;

/** The instructions of a function, one after the other. */
final class Instructions {
  private final ByteReader in;
  private final BinaryModule module;
  private Opcode opcode;
  private int start;
  private long operand;
  private int labels;

  /** From where the reader stands, behind the local variables. */
  Instructions(ByteReader in, BinaryModule module) {
    this.in = in;
    this.module = module;
    this.start = in.position();
    this.opcode = Opcode.named("nop").orElseThrow();
  }

  /** Steps to the next instruction; false behind the last one. */
  boolean next() {
    if (in.atEnd()) {
      return false;
    }
    start = in.position();
    opcode = Opcode.read(in);
    operand = 0;
    readImmediate();
    return true;
  }

  private void readImmediate() {
    switch (opcode.immediate()) {
      case NONE -> {}
      case BLOCK, I32, I64 -> operand = in.readSigned(64);
      case LABEL, LOCAL, DATA -> operand = in.readUnsigned();
      case FUNCTION -> operand = in.readIndex("function", module.functions().size());
      case GLOBAL -> operand = in.readIndex("global variable", module.globals());
      case LABELS -> {
        long count = in.readCount("labels:", ModuleLimits.LABELS - labels);
        labels += (int) count;
        for (long i = 0; i <= count; i++) {
          operand = Math.max(operand, in.readUnsigned());
        }
      }
      case INDIRECT -> {
        operand = in.readIndex("type", module.types().size());
        in.readIndex("table", ModuleLimits.TABLES);
      }
      case ACCESS -> {
        in.readCount("alignment", 3);
        in.readCount("offset", Integer.MAX_VALUE);
      }
      case MEMORY -> in.readCount("number of the memory", 0);
      case MEMORIES -> {
        in.readCount("number of the memory", 0);
        in.readCount("number of the memory", 0);
      }
      case DATA_MEMORY -> {
        operand = in.readUnsigned();
        in.readCount("number of the memory", 0);
      }
      case TYPES -> NumberTypes.read(in, 1, "types of a select:");
      case F32 -> in.skip(4);
      case F64 -> in.skip(8);
    }
  }

  Opcode opcode() {
    return opcode;
  }

  int code() {
    return opcode.code();
  }

  /** Where the instruction starts. */
  int start() {
    return start;
  }

  /** Where it ends. */
  int end() {
    return in.position();
  }

  /** The number that follows the code, where one does; the largest of several labels. */
  long operand() {
    return operand;
  }

  UdfException malformed(String why) {
    return in.malformed(start, why);
  }

  UdfException refused(String what) {
    return in.refused(start, what);
  }
}
