package dev.sextant.udf.wasm.binary;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.wasm.binary.BinaryModule.Layout;
import dev.sextant.udf.wasm.binary.BinaryModule.Pages;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a module anew so that it can use only so much.
 *
 * <p>Fuel: a global variable, of 64 bits, from which functions take what they use before they use
 * it. Entering a function costs one for every {@link #INSTRUCTIONS} instructions in it that are in
 * no loop, a turn of a loop the same for those in it that are in no inner loop, each at least one;
 * instructions that copy, fill or grow memory cost one for every 64 bytes besides: of the range, or
 * of all the memory that grows. Where the fuel falls below zero the function stops at the next
 * loop, call or copy, by {@code unreachable}. Only the code of the function decides what it uses,
 * so the same input uses the same fuel everywhere.
 *
 * <p>Depth: another global variable, of 32 bits, counts the calls under way of functions that call
 * others. Memory: its maximum is at most what is allowed. The module itself cannot name the two
 * variables: their numbers are beyond those it has.
 */
public final class Meter {
  /** Changes with each change to what this writes; part of the key under which code is kept. */
  public static final int VERSION = 1;

  /** How many instructions cost one. */
  public static final int INSTRUCTIONS = 32;

  /** How many bytes copied cost one, as a power of two. */
  static final int BULK_SHIFT = 6;

  /**
   * What a module may use.
   *
   * @param pages of memory, of 64 KiB
   * @param ownMaximum whether the maximum of pages that the module declares is kept where it is the
   *     lower one
   * @param depth calls within calls
   */
  public record Bounds(int pages, boolean ownMaximum, int depth) {}

  /**
   * A module that measures what it uses.
   *
   * @param bytes in the binary form
   * @param fuel the number of the global variable with the fuel that is left
   * @param depth the number of the global variable with the calls under way
   */
  public record Metered(Bytes bytes, int fuel, int depth) {}

  /** Bytes that are handed on. */
  public static final class Bytes {
    private final byte[] value;

    Bytes(byte[] value) {
      this.value = value;
    }

    /** A copy. */
    public byte[] toByteArray() {
      return value.clone();
    }
  }

  private final BinaryModule module;
  private final Bounds bounds;
  private final List<Signature> types;

  private Meter(BinaryModule module, Bounds bounds) {
    this.module = module;
    this.bounds = bounds;
    this.types = new ArrayList<>(module.types());
  }

  /**
   * Writes a module anew.
   *
   * @throws dev.sextant.udf.UdfException DEFINITION where a function has an instruction that is not
   *     allowed, or the memory is larger at the start than it may become
   */
  public static Metered apply(BinaryModule module, Bounds bounds) {
    return new Meter(module, bounds).write();
  }

  private Metered write() {
    ByteWriter code = new ByteWriter();
    int functions = module.functions().size();
    if (functions > 0) {
      code.writeUnsigned(functions);
      for (int i = 0; i < functions; i++) {
        code.writeSized(new MeteredBody(this, i).write());
      }
    }
    ByteWriter out = new ByteWriter();
    ModuleReader.writeHeader(out);
    for (int id : ModuleReader.ORDER) {
      switch (id) {
        case ModuleReader.TYPE -> out.writeSection(id, typeSection());
        case ModuleReader.MEMORY -> out.writeSection(id, memorySection());
        case ModuleReader.GLOBAL -> out.writeSection(id, globalSection());
        case ModuleReader.CODE -> out.writeSection(id, code);
        default -> out.writeSection(id, unchanged(id));
      }
    }
    return new Metered(new Bytes(out.toByteArray()), fuelGlobal(), depthGlobal());
  }

  BinaryModule module() {
    return module;
  }

  Bounds bounds() {
    return bounds;
  }

  int fuelGlobal() {
    return module.globals();
  }

  int depthGlobal() {
    return module.globals() + 1;
  }

  /** The number of a type without parameters, which is added where it is missing. */
  int blockType(List<NumberType> results) {
    Signature wanted = new Signature(List.of(), results);
    int index = types.indexOf(wanted);
    if (index < 0) {
      types.add(wanted);
      index = types.size() - 1;
    }
    return index;
  }

  private ByteWriter typeSection() {
    ByteWriter out = new ByteWriter();
    if (!types.isEmpty()) {
      out.writeUnsigned(types.size());
      types.forEach(type -> type.write(out));
    }
    return out;
  }

  private ByteWriter memorySection() {
    ByteWriter out = new ByteWriter();
    if (module.memory().isPresent()) {
      Pages pages = module.memory().get();
      if (pages.minimum() > bounds.pages) {
        throw new UdfException(
            UdfException.Failure.DEFINITION,
            String.format(
                "its memory has %d pages of 64 KiB at the start, but the profile allows %d.",
                pages.minimum(), bounds.pages));
      }
      Optional<Integer> own = bounds.ownMaximum ? pages.maximum() : Optional.empty();
      out.writeUnsigned(1).writeByte(1).writeUnsigned(pages.minimum());
      out.writeUnsigned(Math.min(own.orElse(bounds.pages), bounds.pages));
    }
    return out;
  }

  private ByteWriter globalSection() {
    ByteWriter out = new ByteWriter();
    out.writeUnsigned(module.globals() + 2);
    Layout layout = module.layout();
    layout.source().copy(layout.globals(), out);
    out.writeByte(NumberType.I64.code()).writeByte(1);
    constant("i64.const", out);
    out.writeByte(NumberType.I32.code()).writeByte(1);
    constant("i32.const", out);
    return out;
  }

  private static void constant(String name, ByteWriter out) {
    Opcode.named(name).orElseThrow().write(out);
    out.writeSigned(0).writeByte(Opcode.END);
  }

  private ByteWriter unchanged(int id) {
    ByteWriter out = new ByteWriter();
    Map<Integer, BinaryModule.Span> sections = module.layout().sections();
    if (sections.containsKey(id)) {
      module.layout().source().copy(sections.get(id), out);
    }
    return out;
  }
}
