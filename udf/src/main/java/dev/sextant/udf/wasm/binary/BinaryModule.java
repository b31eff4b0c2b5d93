package dev.sextant.udf.wasm.binary;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A module that keeps the limits on its structure. What its functions do is not known yet.
 *
 * @param types of functions and blocks
 * @param functions for each function the number of its type
 * @param exports by name
 * @param memory empty where there is none
 * @param globals how many global variables there are
 * @param layout where in the bytes what lies
 */
public record BinaryModule(
    List<Signature> types,
    List<Integer> functions,
    Map<String, Export> exports,
    Optional<Pages> memory,
    int globals,
    Layout layout) {
  /** What an export is of. */
  public enum Kind {
    /** A function. */
    FUNCTION,
    /** A table. */
    TABLE,
    /** The memory. */
    MEMORY,
    /** A global variable. */
    GLOBAL
  }

  /** What a name is for: the number of a thing of that kind. */
  public record Export(Kind kind, int index) {}

  /** How large the memory is at the start and may become, in pages of 64 KiB. */
  public record Pages(int minimum, Optional<Integer> maximum) {}

  /** From one byte up to another. */
  public record Span(int from, int to) {
    /** How many bytes. */
    public int length() {
      return to - from;
    }
  }

  /**
   * The bytes and where in them the parts lie.
   *
   * @param sections contents by the number of the section, custom sections left out
   * @param globals the global variables behind their count
   * @param bodies for each function its local variables and instructions
   */
  public record Layout(
      Source source, Map<Integer, Span> sections, Span globals, List<Span> bodies) {}

  /** Bytes that nobody changes. */
  public static final class Source {
    private final byte[] bytes;

    Source(byte[] bytes) {
      this.bytes = bytes;
    }

    ByteReader reader(Span span) {
      return new ByteReader(bytes, span.from, span.to);
    }

    void copy(Span span, ByteWriter out) {
      out.writeBytes(bytes, span.from, span.to);
    }
  }

  /** What the function of a number takes and gives. */
  public Signature signature(int function) {
    return types.get(functions.get(function));
  }

  /** The module as it was, without custom sections. */
  public byte[] toByteArray() {
    ByteWriter out = new ByteWriter();
    ModuleReader.writeHeader(out);
    for (int id : ModuleReader.ORDER) {
      Span span = layout.sections.get(id);
      if (span != null) {
        out.writeByte(id).writeUnsigned(span.length());
        layout.source.copy(span, out);
      }
    }
    return out.toByteArray();
  }
}
