package dev.sextant.udf.wasm.binary;

import dev.sextant.udf.wasm.binary.BinaryModule.Export;
import dev.sextant.udf.wasm.binary.BinaryModule.Kind;
import dev.sextant.udf.wasm.binary.BinaryModule.Layout;
import dev.sextant.udf.wasm.binary.BinaryModule.Pages;
import dev.sextant.udf.wasm.binary.BinaryModule.Source;
import dev.sextant.udf.wasm.binary.BinaryModule.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the structure of a module and refuses what functions must not have: imports, a start
 * function, shared or 64-bit memories, types other than numbers, and sizes beyond {@link
 * ModuleLimits}. What it lets through is still to be validated.
 */
public final class ModuleReader {
  static final int TYPE = 1;
  static final int IMPORT = 2;
  static final int FUNCTION = 3;
  static final int TABLE = 4;
  static final int MEMORY = 5;
  static final int GLOBAL = 6;
  static final int EXPORT = 7;
  static final int START = 8;
  static final int ELEMENT = 9;
  static final int DATA_COUNT = 12;
  static final int CODE = 10;
  static final int DATA = 11;

  /** Sections in the order in which a module has them. */
  static final List<Integer> ORDER =
      List.of(
          TYPE,
          IMPORT,
          FUNCTION,
          TABLE,
          MEMORY,
          GLOBAL,
          EXPORT,
          START,
          ELEMENT,
          DATA_COUNT,
          CODE,
          DATA);

  /** Kinds of exports in the order of their codes. */
  private static final List<Kind> KINDS =
      List.of(Kind.FUNCTION, Kind.TABLE, Kind.MEMORY, Kind.GLOBAL);

  private static final int MAGIC = 0x6D736100;
  private static final int VERSION = 1;
  private static final int FUNCTION_REFERENCE = 0x70;
  private static final int PAGES_MAXIMUM = 1 << 16;

  private final byte[] bytes;
  private final Map<Integer, Span> sections = new TreeMap<>();
  private final List<Signature> types = new ArrayList<>();
  private final List<Integer> functions = new ArrayList<>();
  private final Map<String, Export> exports = new LinkedHashMap<>();
  private final List<Span> bodies = new ArrayList<>();
  private Optional<Pages> memory = Optional.empty();
  private Span globals = new Span(0, 0);
  private int globalCount;

  private ModuleReader(byte[] bytes) {
    this.bytes = bytes;
  }

  static void writeHeader(ByteWriter out) {
    out.writeLittleEndian(MAGIC, 4).writeLittleEndian(VERSION, 4);
  }

  /**
   * Reads a module.
   *
   * @throws dev.sextant.udf.UdfException DEFINITION where it is malformed or has what is not
   *     allowed
   */
  public static BinaryModule read(byte[] bytes) {
    return new ModuleReader(bytes.clone()).read();
  }

  private BinaryModule read() {
    ByteReader in = new ByteReader(bytes, 0, bytes.length);
    if (bytes.length > ModuleLimits.MODULE_BYTES) {
      throw in.refused(
          0, bytes.length + " bytes; at most " + ModuleLimits.MODULE_BYTES + " are allowed");
    }
    readHeader(in);
    int last = -1;
    while (!in.atEnd()) {
      int at = in.position();
      int id = in.readByte();
      ByteReader section = in.part(in.readCount("bytes in a section:", ModuleLimits.MODULE_BYTES));
      if (id == 0) {
        continue;
      }
      int order = ORDER.indexOf(id);
      if (order < 0) {
        throw in.refused(at, "section " + id);
      }
      if (order <= last) {
        throw in.malformed(at, "section " + id + " is out of order");
      }
      last = order;
      sections.put(id, new Span(section.position(), section.end()));
      read(id, section);
      if (!section.atEnd()) {
        throw section.malformed("section " + id + " is longer than what it holds");
      }
    }
    if (bodies.size() != functions.size()) {
      throw in.malformed(functions.size() + " functions have " + bodies.size() + " bodies");
    }
    Layout layout = new Layout(new Source(bytes), Map.copyOf(sections), globals, bodies);
    return new BinaryModule(types, functions, exports, memory, globalCount, layout);
  }

  private static void readHeader(ByteReader in) {
    int[] expected = {0x00, 0x61, 0x73, 0x6D, VERSION, 0, 0, 0};
    for (int next : expected) {
      if (in.atEnd() || in.readByte() != next) {
        throw in.malformed(0, "it does not begin with 0061736d01000000");
      }
    }
  }

  private void read(int id, ByteReader in) {
    switch (id) {
      case TYPE -> {
        int count = in.readCount("types:", ModuleLimits.TYPES);
        for (int i = 0; i < count; i++) {
          types.add(Signature.read(in));
        }
      }
      case IMPORT -> refuseImports(in);
      case FUNCTION -> {
        int count = in.readCount("functions:", ModuleLimits.FUNCTIONS);
        for (int i = 0; i < count; i++) {
          functions.add(in.readIndex("type", types.size()));
        }
      }
      case TABLE -> readTables(in);
      case MEMORY -> readMemory(in);
      case GLOBAL -> readGlobals(in);
      case EXPORT -> readExports(in);
      case START -> throw in.refused(in.position(), "a start function");
      case CODE -> readBodies(in);
      default -> in.skip(in.end() - in.position());
    }
  }

  private static void refuseImports(ByteReader in) {
    int at = in.position();
    if (in.readUnsigned() > 0) {
      String name = in.readName() + "." + in.readName();
      throw in.refused(at, "the import \"" + name + "\"; a function may import nothing");
    }
  }

  private static void readTables(ByteReader in) {
    int count = in.readCount("tables:", ModuleLimits.TABLES);
    for (int i = 0; i < count; i++) {
      int at = in.position();
      if (in.readByte() != FUNCTION_REFERENCE) {
        throw in.refused(at, "a table that is not of functions");
      }
      int flags = readFlags(in);
      in.readCount("entries in a table:", ModuleLimits.TABLE_ENTRIES);
      if (flags == 1) {
        in.readUnsigned();
      }
    }
  }

  private static int readFlags(ByteReader in) {
    int at = in.position();
    int flags = in.readByte();
    if (flags > 1) {
      throw in.refused(at, "a memory or table that is shared or of 64 bits");
    }
    return flags;
  }

  private void readMemory(ByteReader in) {
    if (in.readCount("memories:", 1) == 1) {
      int flags = readFlags(in);
      int minimum = in.readCount("pages of memory:", PAGES_MAXIMUM);
      Optional<Integer> maximum =
          flags == 1
              ? Optional.of(in.readCount("pages of memory:", PAGES_MAXIMUM))
              : Optional.empty();
      memory = Optional.of(new Pages(minimum, maximum));
    }
  }

  private void readGlobals(ByteReader in) {
    globalCount = in.readCount("global variables:", ModuleLimits.GLOBALS);
    globals = new Span(in.position(), in.end());
    for (int i = 0; i < globalCount; i++) {
      NumberTypes.read(in);
      in.skip(1);
      skipConstant(in);
    }
  }

  /** Steps over the expression that gives a global variable its first value. */
  private static void skipConstant(ByteReader in) {
    Opcode opcode = Opcode.read(in);
    while (opcode.code() != Opcode.END) {
      switch (opcode.immediate()) {
        case I32, I64 -> in.readSigned(64);
        case F32 -> in.skip(4);
        case F64 -> in.skip(8);
        case GLOBAL -> in.readUnsigned();
        default -> throw in.refused(in.position() - 1, opcode.name() + " in a constant");
      }
      opcode = Opcode.read(in);
    }
  }

  private void readExports(ByteReader in) {
    int count = in.readCount("exports:", ModuleLimits.EXPORTS);
    for (int i = 0; i < count; i++) {
      int at = in.position();
      String name = in.readName();
      Kind kind = KINDS.get(in.readIndex("kind of export", KINDS.size()));
      int known =
          switch (kind) {
            case FUNCTION -> functions.size();
            case GLOBAL -> globalCount;
            case MEMORY -> memory.isPresent() ? 1 : 0;
            case TABLE -> ModuleLimits.TABLES;
          };
      int index = in.readIndex(kind.name().toLowerCase(Locale.ROOT), known);
      if (exports.put(name, new Export(kind, index)) != null) {
        throw in.malformed(at, "it exports \"" + name + "\" twice");
      }
    }
  }

  private void readBodies(ByteReader in) {
    int count = in.readCount("functions:", ModuleLimits.FUNCTIONS);
    for (int i = 0; i < count; i++) {
      int length = in.readCount("bytes in a function:", ModuleLimits.FUNCTION_BYTES);
      bodies.add(new Span(in.position(), in.position() + length));
      in.skip(length);
    }
  }
}
