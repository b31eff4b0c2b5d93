package dev.sextant.udf.wasm.binary;

import dev.sextant.udf.wasm.binary.BinaryModule.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * One function as the meter writes it.
 *
 * <p>A function with loops or copies keeps the fuel in a local variable, which a compiler can hold
 * in a register, and stores it where others may look: before a call, at the end and before it
 * stops. The instructions stand in one block more than before, so that a branch out of the function
 * leads to what stands behind that block.
 */
final class MeteredBody {
  private static final int EMPTY_BLOCK = 0x40;
  private static final int PAGE_SHIFT = 16;

  /** What has to be known of a function before its first byte can be written. */
  private static final class Shape {
    private final List<Integer> loops = new ArrayList<>();
    private int entry;
    private boolean calls;
    private boolean copies;

    boolean keepsFuel() {
      return copies || !loops.isEmpty();
    }
  }

  private final Meter meter;
  private final BinaryModule module;
  private final Signature signature;
  private final Span span;
  private final Emitter out = new Emitter();
  private final Shape shape = new Shape();
  private int locals;

  MeteredBody(Meter meter, int function) {
    this.meter = meter;
    this.module = meter.module();
    this.signature = module.signature(function);
    this.span = module.layout().bodies().get(function);
  }

  /** The local variables and the instructions. */
  ByteWriter write() {
    ByteReader in = module.layout().source().reader(span);
    ByteWriter body = new ByteWriter();
    int groups = readLocals(in, body);
    int start = in.position();
    measure(new Instructions(in, module));
    ByteWriter head = new ByteWriter();
    if (shape.keepsFuel()) {
      head.writeUnsigned(groups + 2).writeAll(body);
      head.writeUnsigned(1).writeByte(NumberType.I64.code());
      head.writeUnsigned(1).writeByte(NumberType.I32.code());
    } else {
      head.writeUnsigned(groups).writeAll(body);
    }
    rewrite(new Instructions(module.layout().source().reader(new Span(start, span.to())), module));
    return head.writeAll(out.bytes());
  }

  /** Copies the groups of local variables and gives their number. */
  private int readLocals(ByteReader in, ByteWriter copy) {
    int groups = in.readCount("groups of local variables:", ModuleLimits.LOCALS);
    for (int i = 0; i < groups; i++) {
      int at = in.position();
      long count = in.readUnsigned();
      if (locals + count > ModuleLimits.LOCALS) {
        throw in.refused(
            at,
            (locals + count) + " local variables; at most " + ModuleLimits.LOCALS + " are allowed");
      }
      locals += (int) count;
      copy.writeUnsigned((int) count).writeByte(NumberTypes.read(in).code());
    }
    return groups;
  }

  /** Counts what each region costs: the function without its loops, and each loop. */
  private void measure(Instructions in) {
    List<Integer> costs = new ArrayList<>(List.of(0));
    List<Integer> regions = new ArrayList<>(List.of(0));
    List<Boolean> awaitElse = new ArrayList<>(List.of(false));
    int blocks = 0;
    while (in.next()) {
      if (regions.isEmpty()) {
        throw in.malformed("an instruction stands behind the end of its function");
      }
      int region = regions.getLast();
      costs.set(region, costs.get(region) + 1);
      switch (in.code()) {
        case Opcode.LOOP -> {
          regions.add(costs.size());
          costs.add(1);
          awaitElse.add(false);
          blocks++;
        }
        case Opcode.BLOCK, Opcode.IF -> {
          regions.add(region);
          awaitElse.add(in.code() == Opcode.IF);
          blocks++;
        }
        case Opcode.ELSE -> {
          if (!awaitElse.removeLast()) {
            throw in.malformed("an else has no if");
          }
          awaitElse.add(false);
        }
        case Opcode.END -> {
          regions.removeLast();
          awaitElse.removeLast();
        }
        case Opcode.CALL, Opcode.CALL_INDIRECT -> shape.calls = true;
        case Opcode.MEMORY_COPY, Opcode.MEMORY_FILL, Opcode.MEMORY_INIT, Opcode.MEMORY_GROW ->
            shape.copies = true;
        default -> {}
      }
      bound(in, regions.size(), blocks);
    }
    if (!regions.isEmpty()) {
      throw in.malformed("a function does not end");
    }
    List<Integer> charged = costs.stream().map(MeteredBody::cost).toList();
    shape.entry = charged.getFirst();
    shape.loops.addAll(charged.subList(1, charged.size()));
  }

  private void bound(Instructions in, int nesting, int blocks) {
    Immediate immediate = in.opcode().immediate();
    boolean branch = immediate == Immediate.LABEL || immediate == Immediate.LABELS;
    if (branch && in.operand() >= nesting) {
      throw in.malformed("there is no block " + in.operand() + " outward, only " + nesting);
    }
    if (nesting > ModuleLimits.NESTING) {
      throw in.refused("more than " + ModuleLimits.NESTING + " blocks within blocks");
    }
    long product = (long) blocks * (locals + signature.parameters().size());
    if (product > ModuleLimits.LOCALS_TIMES_BLOCKS) {
      throw in.refused("too many local variables in a function of so many blocks");
    }
  }

  private static int cost(int instructions) {
    return Math.max(1, Math.ceilDiv(instructions, Meter.INSTRUCTIONS));
  }

  private int fuelLocal() {
    return signature.parameters().size() + locals;
  }

  private int lengthLocal() {
    return fuelLocal() + 1;
  }

  private void rewrite(Instructions in) {
    boolean wrapped = shape.keepsFuel() || shape.calls;
    enter();
    if (wrapped) {
      openBlock();
    }
    int depth = 0;
    int loop = 0;
    while (in.next()) {
      switch (in.code()) {
        case Opcode.BLOCK, Opcode.IF -> {
          depth++;
          copy(in);
        }
        case Opcode.LOOP -> {
          depth++;
          copy(in);
          chargeTurn(shape.loops.get(loop++));
        }
        case Opcode.END -> {
          copy(in);
          if (depth-- == 0 && wrapped) {
            leave();
            out.op("end");
          }
        }
        case Opcode.RETURN -> {
          leave();
          copy(in);
        }
        case Opcode.CALL, Opcode.CALL_INDIRECT -> {
          storeFuel();
          copy(in);
          loadFuel();
        }
        case Opcode.MEMORY_COPY, Opcode.MEMORY_FILL, Opcode.MEMORY_INIT -> {
          chargeCopy();
          copy(in);
        }
        case Opcode.MEMORY_GROW -> {
          chargeGrowth();
          copy(in);
        }
        default -> copy(in);
      }
    }
  }

  private void copy(Instructions in) {
    module.layout().source().copy(new Span(in.start(), in.end()), out.bytes());
  }

  private void openBlock() {
    List<NumberType> results = signature.results();
    out.op("block");
    switch (results.size()) {
      case 0 -> out.bytes().writeByte(EMPTY_BLOCK);
      case 1 -> out.bytes().writeByte(results.getFirst().code());
      default -> out.bytes().writeSigned(meter.blockType(results));
    }
  }

  /** Pays for the function and counts the call. */
  private void enter() {
    out.op("global.get", meter.fuelGlobal()).constant("i64.const", shape.entry).op("i64.sub");
    if (shape.keepsFuel() && shape.calls) {
      stopIfSpent();
    } else if (shape.keepsFuel()) {
      out.op("local.set", fuelLocal());
    } else {
      out.op("global.set", meter.fuelGlobal());
    }
    if (shape.calls) {
      if (!shape.keepsFuel()) {
        out.op("global.get", meter.fuelGlobal()).constant("i64.const", 0).op("i64.lt_s");
        out.stopIf();
      }
      out.op("global.get", meter.depthGlobal()).constant("i32.const", 1).op("i32.add");
      out.op("global.set", meter.depthGlobal());
      out.op("global.get", meter.depthGlobal()).constant("i32.const", meter.bounds().depth());
      out.op("i32.gt_u").stopIf();
    }
  }

  /** Hands the fuel back and counts the call as over. */
  private void leave() {
    storeFuel();
    if (shape.calls) {
      out.op("global.get", meter.depthGlobal()).constant("i32.const", 1).op("i32.sub");
      out.op("global.set", meter.depthGlobal());
    }
  }

  private void storeFuel() {
    if (shape.keepsFuel()) {
      out.op("local.get", fuelLocal()).op("global.set", meter.fuelGlobal());
    }
  }

  private void loadFuel() {
    if (shape.keepsFuel()) {
      out.op("global.get", meter.fuelGlobal()).op("local.set", fuelLocal());
    }
  }

  private void chargeTurn(int cost) {
    out.op("local.get", fuelLocal()).constant("i64.const", cost).op("i64.sub");
    stopIfSpent();
  }

  /** Pays for as many bytes as the number on the stack says, and leaves it there. */
  private void chargeCopy() {
    out.op("local.tee", lengthLocal());
    out.op("local.get", fuelLocal());
    out.op("local.get", lengthLocal()).op("i64.extend_i32_u");
    out.constant("i64.const", Meter.BULK_SHIFT).op("i64.shr_u").op("i64.sub");
    stopIfSpent();
  }

  /** Pays for copying the memory as it is. */
  private void chargeGrowth() {
    out.op("local.get", fuelLocal());
    out.op("memory.size", 0).op("i64.extend_i32_u");
    out.constant("i64.const", PAGE_SHIFT - Meter.BULK_SHIFT).op("i64.shl").op("i64.sub");
    stopIfSpent();
  }

  /** Keeps the fuel that is on the stack; stops the function where there is none left. */
  private void stopIfSpent() {
    out.op("local.tee", fuelLocal()).constant("i64.const", 0).op("i64.lt_s");
    out.op("if").bytes().writeByte(EMPTY_BLOCK);
    storeFuel();
    out.op("unreachable").op("end");
  }

  /** Instructions as they are written. */
  private static final class Emitter {
    private final ByteWriter bytes = new ByteWriter();

    ByteWriter bytes() {
      return bytes;
    }

    Emitter op(String name) {
      Opcode.named(name).orElseThrow().write(bytes);
      return this;
    }

    Emitter op(String name, int index) {
      op(name);
      bytes.writeUnsigned(index);
      return this;
    }

    Emitter constant(String name, long value) {
      op(name);
      bytes.writeSigned(value);
      return this;
    }

    void stopIf() {
      op("if");
      bytes.writeByte(EMPTY_BLOCK);
      op("unreachable").op("end");
    }
  }
}
