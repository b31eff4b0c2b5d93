package dev.sextant.udf.wasm.wat;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.wasm.binary.ByteWriter;
import dev.sextant.udf.wasm.binary.NumberType;
import dev.sextant.udf.wasm.wat.Sexpr.Atom;
import dev.sextant.udf.wasm.wat.Sexpr.Group;
import dev.sextant.udf.wasm.wat.Sexpr.Kind;
import dev.sextant.udf.wasm.wat.Sexpr.Place;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the binary form of a module from its text.
 *
 * <p>It knows types, functions, one memory, tables of functions, global variables, exports (inline
 * or not), data and element segments, instructions flat and folded, names for all of them, and
 * comments. Imports and start functions are refused, as functions must not have any. What it writes
 * is still to be validated.
 *
 * <p>Source: WebAssembly Core Specification 2.0, section 6.
 */
public final class WatAssembler {
  private static final int FUNCTION_REFERENCE = 0x70;
  private static final Set<String> FIELDS =
      Set.of("type", "func", "table", "memory", "global", "export", "elem", "data");

  /** A function whose instructions are written when all names are known. */
  private record Pending(TypeTable.Use use, Cursor rest) {}

  private final Spaces spaces = new Spaces();
  private final List<Pending> pending = new ArrayList<>();
  private final Section functions = new Section();
  private final Section tables = new Section();
  private final Section memories = new Section();
  private final Section globals = new Section();
  private final Section exports = new Section();
  private final Section elements = new Section();
  private final Section code = new Section();
  private final Section data = new Section();
  private final Set<String> exported = new HashSet<>();

  /** The parts of a section and how many there are. */
  private static final class Section {
    private final ByteWriter parts = new ByteWriter();
    private int count;

    ByteWriter add() {
      count++;
      return parts;
    }

    ByteWriter contents() {
      ByteWriter all = new ByteWriter();
      return count == 0 ? all : all.writeUnsigned(count).writeAll(parts);
    }
  }

  private WatAssembler() {}

  /**
   * The binary form of a module.
   *
   * @param text {@code (module …)}, or only what stands in it
   * @throws dev.sextant.udf.UdfException DEFINITION with line and column, what was expected and
   *     what is there
   */
  public static byte[] assemble(String text) {
    return new WatAssembler().write(fields(WatReader.read(text)));
  }

  private static List<Group> fields(List<Sexpr> parts) {
    Cursor cursor = new Cursor(parts, new Place(1, 1));
    boolean wrapped = parts.size() == 1 && parts.getFirst() instanceof Group g && g.is("module");
    if (wrapped) {
      cursor = Cursor.behindWord((Group) parts.getFirst());
      cursor.name();
    }
    List<Group> fields = new ArrayList<>();
    while (!cursor.atEnd()) {
      Group field = cursor.expectGroup("a field of the module in parentheses");
      if (field.is("import")) {
        throw refusedImport(Cursor.behindWord(field), field.place());
      }
      if (field.is("start")) {
        throw field.place().error("a function may have no start function");
      }
      if (FIELDS.stream().noneMatch(field::is)) {
        throw Cursor.unexpected(
            field, "one of " + String.join(", ", FIELDS.stream().sorted().toList()));
      }
      fields.add(field);
    }
    return fields;
  }

  private static UdfException refusedImport(Cursor cursor, Place place) {
    String module = string(cursor.expectAtom(Kind.STRING, "the module's name"));
    String name = string(cursor.expectAtom(Kind.STRING, "the import's name"));
    return place.error("a function may import nothing, got \"" + module + "." + name + "\"");
  }

  private byte[] write(List<Group> fields) {
    fields.stream().filter(field -> field.is("type")).forEach(spaces.types()::define);
    List<Runnable> later = new ArrayList<>();
    for (Group field : fields) {
      Cursor cursor = Cursor.behindWord(field);
      if (field.is("func")) {
        declareFunction(cursor);
      } else if (field.is("table")) {
        declareTable(cursor, later);
      } else if (field.is("memory")) {
        declareMemory(cursor, later);
      } else if (field.is("global")) {
        declareGlobal(cursor, later);
      } else if (field.is("export")) {
        later.add(() -> writeExport(cursor));
      } else if (field.is("elem")) {
        later.add(() -> writeElements(cursor));
      } else if (field.is("data")) {
        declareData(cursor, later);
      }
    }
    later.forEach(Runnable::run);
    pending.forEach(this::writeFunction);
    return sections();
  }

  private byte[] sections() {
    ByteWriter out = new ByteWriter();
    out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
    out.writeSection(1, spaces.types().write()).writeSection(3, functions.contents());
    out.writeSection(4, tables.contents()).writeSection(5, memories.contents());
    out.writeSection(6, globals.contents()).writeSection(7, exports.contents());
    out.writeSection(9, elements.contents());
    if (spaces.isDataCounted()) {
      out.writeSection(12, new ByteWriter().writeUnsigned(data.count));
    }
    out.writeSection(10, code.contents()).writeSection(11, data.contents());
    return out.toByteArray();
  }

  /** Reads the exports that stand within a field, and refuses an import there. */
  private void inlineExports(Cursor cursor, int kind, int index) {
    Optional<Group> export = cursor.group("export");
    while (export.isPresent()) {
      Cursor inner = Cursor.behindWord(export.get());
      addExport(inner, kind, index);
      inner.expectEnd();
      export = cursor.group("export");
    }
    Optional<Group> imported = cursor.group("import");
    if (imported.isPresent()) {
      throw refusedImport(Cursor.behindWord(imported.get()), imported.get().place());
    }
  }

  private void addExport(Cursor cursor, int kind, int index) {
    Atom atom = cursor.expectAtom(Kind.STRING, "the name of an export");
    String name = string(atom);
    if (!exported.add(name)) {
      throw atom.place().error("a second export is called \"" + name + "\"");
    }
    exports.add().writeName(name).writeByte(kind).writeUnsigned(index);
  }

  private void writeExport(Cursor cursor) {
    Atom atom = cursor.expectAtom(Kind.STRING, "the name of an export");
    Group what = cursor.expectGroup("\"(func\", \"(table\", \"(memory\" or \"(global\"");
    cursor.expectEnd();
    List<IndexSpace> kinds =
        List.of(spaces.functions(), spaces.tables(), spaces.memories(), spaces.globals());
    List<String> words = List.of("func", "table", "memory", "global");
    for (int kind = 0; kind < kinds.size(); kind++) {
      if (what.is(words.get(kind))) {
        Cursor inner = Cursor.behindWord(what);
        int index = kinds.get(kind).resolve(inner.expectIndex("a name or number"));
        inner.expectEnd();
        addExport(new Cursor(List.of(atom), atom.place()), kind, index);
        return;
      }
    }
    throw Cursor.unexpected(what, "\"(func\", \"(table\", \"(memory\" or \"(global\"");
  }

  private void declareFunction(Cursor cursor) {
    int index = spaces.functions().add(cursor.name());
    inlineExports(cursor, 0, index);
    TypeTable.Use use = spaces.types().use(cursor);
    functions.add().writeUnsigned(use.type());
    pending.add(new Pending(use, cursor));
  }

  private void writeFunction(Pending function) {
    IndexSpace locals = new IndexSpace("local variable");
    function.use.parameters().forEach(locals::add);
    List<NumberType> types = new ArrayList<>();
    Optional<Group> group = function.rest.group("local");
    while (group.isPresent()) {
      List<Optional<Atom>> names = new ArrayList<>();
      types.addAll(TypeTable.typesOf(Cursor.behindWord(group.get()), names));
      names.forEach(locals::add);
      group = function.rest.group("local");
    }
    ByteWriter body = new ByteWriter();
    List<Integer> runs = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      boolean same = i > 0 && types.get(i) == types.get(i - 1);
      runs.add(same ? runs.removeLast() + 1 : 1);
    }
    body.writeUnsigned(runs.size());
    int at = 0;
    for (int run : runs) {
      body.writeUnsigned(run).writeByte(types.get(at).code());
      at += run;
    }
    body.writeAll(new CodeWriter(spaces, locals).writeAll(function.rest));
    code.add().writeSized(body);
  }

  private void constant(Group expression, ByteWriter out) {
    out.writeAll(
        new CodeWriter(spaces, new IndexSpace("local variable")).writeConstant(expression));
  }

  private static void writeLimits(Cursor cursor, ByteWriter out) {
    int minimum = Numbers.unsigned(cursor.expectAtom(Kind.WORD, "a size"), "a size");
    Optional<Atom> maximum = cursor.index();
    out.writeByte(maximum.isPresent() ? 1 : 0).writeUnsigned(minimum);
    maximum.ifPresent(atom -> out.writeUnsigned(Numbers.unsigned(atom, "a size")));
  }

  private void declareMemory(Cursor cursor, List<Runnable> later) {
    int index = spaces.memories().add(cursor.name());
    inlineExports(cursor, 2, index);
    Optional<Group> inline = cursor.group("data");
    if (inline.isEmpty()) {
      writeLimits(cursor, memories.add());
      cursor.expectEnd();
      return;
    }
    cursor.expectEnd();
    ByteWriter bytes = strings(Cursor.behindWord(inline.get()));
    int pages = Math.ceilDiv(bytes.size(), 1 << 16);
    memories.add().writeByte(1).writeUnsigned(pages).writeUnsigned(pages);
    spaces.segments().add(Optional.empty());
    later.add(() -> writeAtZero(data.add()).writeSized(bytes));
  }

  /** Begins a segment that lies at the start. */
  private static ByteWriter writeAtZero(ByteWriter out) {
    return out.writeByte(0).writeByte(0x41).writeByte(0).writeByte(0x0B);
  }

  private void declareTable(Cursor cursor, List<Runnable> later) {
    int index = spaces.tables().add(cursor.name());
    inlineExports(cursor, 1, index);
    ByteWriter out = tables.add().writeByte(FUNCTION_REFERENCE);
    if (!cursor.word("funcref")) {
      writeLimits(cursor, out);
      if (!cursor.word("funcref")) {
        throw Cursor.unexpected(cursor.next("\"funcref\""), "\"funcref\"");
      }
      cursor.expectEnd();
      return;
    }
    Group inline = cursor.expectGroup("\"(elem\"");
    cursor.expectEnd();
    int size = inline.parts().size() - 1;
    out.writeByte(1).writeUnsigned(size).writeUnsigned(size);
    later.add(
        () -> {
          writeTarget(index, new Cursor(List.of(), inline.place()), Optional.empty());
          writeFunctions(index, Cursor.behindWord(inline));
        });
  }

  private void declareGlobal(Cursor cursor, List<Runnable> later) {
    int index = spaces.globals().add(cursor.name());
    inlineExports(cursor, 3, index);
    Optional<Group> mutable = cursor.group("mut");
    Cursor type = mutable.map(Cursor::behindWord).orElse(cursor);
    NumberType number = TypeTable.type(type);
    mutable.ifPresent(group -> type.expectEnd());
    Group first = cursor.expectGroup("the first value in parentheses");
    cursor.expectEnd();
    later.add(
        () -> {
          ByteWriter out = globals.add().writeByte(number.code());
          constant(first, out.writeByte(mutable.isPresent() ? 1 : 0));
        });
  }

  /** Writes which table a segment fills and where. */
  private void writeTarget(int table, Cursor cursor, Optional<Group> offset) {
    ByteWriter out = elements.add().writeByte(table == 0 ? 0 : 2);
    if (table != 0) {
      out.writeUnsigned(table);
    }
    if (offset.isPresent()) {
      constant(offset(offset.get()), out);
    } else {
      out.writeByte(0x41).writeByte(0).writeByte(0x0B);
    }
    cursor.word("func");
  }

  private void writeElements(Cursor cursor) {
    cursor.name();
    int table = 0;
    Optional<Group> use = cursor.group("table");
    if (use.isPresent()) {
      Cursor inner = Cursor.behindWord(use.get());
      table = spaces.tables().resolve(inner.expectIndex("the name or number of a table"));
      inner.expectEnd();
    }
    Group offset = cursor.expectGroup("where the functions go, in parentheses");
    writeTarget(table, cursor, Optional.of(offset));
    writeFunctions(table, cursor);
  }

  private void writeFunctions(int table, Cursor cursor) {
    List<Integer> numbers = new ArrayList<>();
    while (!cursor.atEnd()) {
      Atom function = cursor.expectIndex("the name or number of a function");
      numbers.add(spaces.functions().resolve(function));
    }
    ByteWriter out = elements.parts;
    if (table != 0) {
      out.writeByte(0);
    }
    out.writeUnsigned(numbers.size());
    numbers.forEach(out::writeUnsigned);
  }

  /** An offset is a constant, with the word {@code offset} around it or without. */
  private static Group offset(Group group) {
    if (!group.is("offset")) {
      return group;
    }
    Cursor inner = Cursor.behindWord(group);
    Group constant = inner.expectGroup("an offset");
    inner.expectEnd();
    return constant;
  }

  private void declareData(Cursor cursor, List<Runnable> later) {
    spaces.segments().add(cursor.name());
    Optional<Group> memory = cursor.group("memory");
    boolean active = cursor.peek().filter(part -> part instanceof Group).isPresent();
    if (memory.isPresent() && !active) {
      throw memory.get().place().error("expected an offset behind the memory");
    }
    Optional<Group> offset =
        active ? Optional.of(offset(cursor.expectGroup("an offset"))) : Optional.empty();
    ByteWriter bytes = strings(cursor);
    later.add(
        () -> {
          memory.ifPresent(group -> resolveMemory(Cursor.behindWord(group)));
          ByteWriter out = data.add().writeByte(active ? 0 : 1);
          offset.ifPresent(group -> constant(group, out));
          out.writeSized(bytes);
        });
  }

  private void resolveMemory(Cursor cursor) {
    spaces.memories().resolve(cursor.expectIndex("the name or number of a memory"));
    cursor.expectEnd();
  }

  private static ByteWriter strings(Cursor cursor) {
    ByteWriter bytes = new ByteWriter();
    while (!cursor.atEnd()) {
      String text = cursor.expectAtom(Kind.STRING, "a string").text();
      text.chars().forEach(bytes::writeByte);
    }
    return bytes;
  }

  /** A string that has to be UTF-8. */
  private static String string(Atom atom) {
    byte[] bytes = atom.text().getBytes(StandardCharsets.ISO_8859_1);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw atom.place().error("expected a name in UTF-8, got other bytes");
    }
  }
}
