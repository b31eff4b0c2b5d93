package dev.sextant.udf.wasm.wat;

import dev.sextant.udf.wasm.binary.ByteWriter;
import dev.sextant.udf.wasm.binary.Immediate;
import dev.sextant.udf.wasm.binary.NumberType;
import dev.sextant.udf.wasm.binary.Opcode;
import dev.sextant.udf.wasm.wat.Sexpr.Atom;
import dev.sextant.udf.wasm.wat.Sexpr.Group;
import dev.sextant.udf.wasm.wat.Sexpr.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the instructions of one function or constant, in the flat form or the folded one. */
final class CodeWriter {
  /** A block that is open; the name is empty where it has none. */
  private record Block(String name, Atom opened) {}

  private final Spaces spaces;
  private final IndexSpace locals;
  private final List<Block> blocks = new ArrayList<>();
  private final ByteWriter out = new ByteWriter();

  CodeWriter(Spaces spaces, IndexSpace locals) {
    this.spaces = spaces;
    this.locals = locals;
  }

  /** Writes all that is left and the end. */
  ByteWriter writeAll(Cursor cursor) {
    writeList(cursor);
    if (!blocks.isEmpty()) {
      Atom opened = blocks.getLast().opened();
      throw opened.place().error("expected an \"end\" for this " + opened.shown());
    }
    return out.writeByte(Opcode.END);
  }

  /** Writes one folded instruction and the end: a constant. */
  ByteWriter writeConstant(Group group) {
    writeFolded(group);
    return out.writeByte(Opcode.END);
  }

  private void writeList(Cursor cursor) {
    int open = blocks.size();
    while (!cursor.atEnd()) {
      Sexpr part = cursor.next("an instruction");
      switch (part) {
        case Group group -> writeFolded(group);
        case Atom atom -> writeFlat(atom, cursor, open);
      }
    }
  }

  private Opcode opcode(Sexpr part) {
    if (part instanceof Atom atom && atom.kind() == Kind.WORD) {
      Optional<Opcode> opcode = Opcode.named(atom.text());
      if (opcode.isPresent()) {
        return opcode.get();
      }
      throw atom.place()
          .error(
              "expected an instruction of WebAssembly 1.0, sign extension, saturating conversions"
                  + " or bulk memory, got "
                  + atom.shown());
    }
    throw Cursor.unexpected(part, "an instruction");
  }

  /** Writes an instruction whose operands came before it. */
  private void writeFlat(Atom atom, Cursor cursor, int open) {
    Opcode opcode = opcode(atom);
    switch (opcode.code()) {
      case Opcode.BLOCK, Opcode.LOOP, Opcode.IF -> {
        out.writeByte(opcode.code());
        openBlock(atom, cursor);
      }
      case Opcode.ELSE, Opcode.END -> {
        if (blocks.size() <= open) {
          throw atom.place().error("an " + atom.shown() + " without a block that is open");
        }
        checkName(cursor.name());
        out.writeByte(opcode.code());
        if (opcode.code() == Opcode.END) {
          blocks.removeLast();
        } else if (!blocks.getLast().opened().is("if")) {
          throw atom.place().error("an \"else\" without an \"if\"");
        }
      }
      default -> writeOperation(opcode, cursor, out);
    }
  }

  private void openBlock(Atom opened, Cursor cursor) {
    blocks.add(new Block(cursor.name().map(Atom::text).orElse(""), opened));
    spaces.types().writeBlock(cursor, out);
  }

  /** A name behind an end has to be that of the block. */
  private void checkName(Optional<Atom> name) {
    if (name.isPresent() && !name.get().text().equals(blocks.getLast().name())) {
      String expected = blocks.getLast().name();
      throw name.get()
          .place()
          .error(
              "expected "
                  + (expected.isEmpty() ? "no name" : expected)
                  + " as the block says, got "
                  + name.get().shown());
    }
  }

  private void writeFolded(Group group) {
    if (group.parts().isEmpty()) {
      throw group.place().error("expected an instruction, got nothing in parentheses");
    }
    Opcode opcode = opcode(group.parts().getFirst());
    Atom head = (Atom) group.parts().getFirst();
    Cursor cursor = Cursor.behindWord(group);
    switch (opcode.code()) {
      case Opcode.BLOCK, Opcode.LOOP -> {
        out.writeByte(opcode.code());
        openBlock(head, cursor);
        writeList(cursor);
        closeBlock();
      }
      case Opcode.IF -> writeFoldedIf(head, cursor);
      case Opcode.ELSE, Opcode.END ->
          throw head.place().error("expected an instruction, got " + head.shown());
      default -> {
        ByteWriter operation = new ByteWriter();
        writeOperation(opcode, cursor, operation);
        while (!cursor.atEnd()) {
          writeFolded(cursor.expectGroup("an operand in parentheses"));
        }
        out.writeAll(operation);
      }
    }
  }

  private void closeBlock() {
    blocks.removeLast();
    out.writeByte(Opcode.END);
  }

  private void writeFoldedIf(Atom head, Cursor cursor) {
    Optional<Atom> name = cursor.name();
    ByteWriter type = new ByteWriter();
    spaces.types().writeBlock(cursor, type);
    Optional<Group> then = cursor.group("then");
    while (then.isEmpty()) {
      writeFolded(cursor.expectGroup("a condition or \"(then\""));
      then = cursor.group("then");
    }
    out.writeByte(Opcode.IF).writeAll(type);
    blocks.add(new Block(name.map(Atom::text).orElse(""), head));
    writeList(Cursor.behindWord(then.get()));
    Optional<Group> otherwise = cursor.group("else");
    if (otherwise.isPresent()) {
      out.writeByte(Opcode.ELSE);
      writeList(Cursor.behindWord(otherwise.get()));
    }
    cursor.expectEnd();
    closeBlock();
  }

  private void writeOperation(Opcode opcode, Cursor cursor, ByteWriter to) {
    if (opcode.code() == Opcode.SELECT) {
      writeSelect(cursor, to);
      return;
    }
    opcode.write(to);
    Immediate immediate = opcode.immediate();
    switch (immediate) {
      case NONE, BLOCK, TYPES -> {}
      case LABEL -> to.writeUnsigned(label(cursor.expectIndex("a label")));
      case LABELS -> writeLabels(cursor, to);
      case FUNCTION -> to.writeUnsigned(index(spaces.functions(), cursor, "a function"));
      case LOCAL -> to.writeUnsigned(index(locals, cursor, "a local variable"));
      case GLOBAL -> to.writeUnsigned(index(spaces.globals(), cursor, "a global variable"));
      case INDIRECT -> {
        int table = cursor.index().map(spaces.tables()::resolve).orElse(0);
        to.writeUnsigned(spaces.types().use(cursor).type()).writeUnsigned(table);
      }
      case ACCESS -> writeAccess(opcode, cursor, to);
      case MEMORY -> to.writeUnsigned(memory(cursor));
      case MEMORIES -> to.writeUnsigned(memory(cursor)).writeUnsigned(memory(cursor));
      case DATA -> {
        spaces.countData();
        to.writeUnsigned(index(spaces.segments(), cursor, "a data segment"));
      }
      case DATA_MEMORY -> {
        spaces.countData();
        to.writeUnsigned(index(spaces.segments(), cursor, "a data segment")).writeUnsigned(0);
      }
      case I32, I64, F32, F64 -> writeNumber(immediate, cursor, to);
    }
  }

  private static int index(IndexSpace space, Cursor cursor, String what) {
    return space.resolve(cursor.expectIndex("the name or number of " + what));
  }

  private int memory(Cursor cursor) {
    return cursor.index().map(spaces.memories()::resolve).orElse(0);
  }

  private static void writeNumber(Immediate immediate, Cursor cursor, ByteWriter to) {
    Atom number = cursor.expectAtom(Kind.WORD, "a number");
    switch (immediate) {
      case I32 -> to.writeSigned(Numbers.integer(number, 32));
      case I64 -> to.writeSigned(Numbers.integer(number, 64));
      case F32 -> to.writeLittleEndian(Numbers.floatBits(number), 4);
      default -> to.writeLittleEndian(Numbers.doubleBits(number), 8);
    }
  }

  private static void writeSelect(Cursor cursor, ByteWriter to) {
    Optional<Group> result = cursor.group("result");
    if (result.isEmpty()) {
      to.writeByte(Opcode.SELECT);
      return;
    }
    List<NumberType> types = TypeTable.typesOf(Cursor.behindWord(result.get()), new ArrayList<>());
    to.writeByte(Opcode.SELECT_TYPED).writeUnsigned(types.size());
    types.forEach(type -> to.writeByte(type.code()));
  }

  private void writeLabels(Cursor cursor, ByteWriter to) {
    List<Integer> labels = new ArrayList<>();
    labels.add(label(cursor.expectIndex("a label")));
    Optional<Atom> next = cursor.index();
    while (next.isPresent()) {
      labels.add(label(next.get()));
      next = cursor.index();
    }
    to.writeUnsigned(labels.size() - 1);
    labels.forEach(to::writeUnsigned);
  }

  /** How many blocks outward the block of a name is. */
  private int label(Atom label) {
    if (label.kind() == Kind.NAME) {
      for (int i = blocks.size() - 1; i >= 0; i--) {
        if (blocks.get(i).name().equals(label.text())) {
          return blocks.size() - 1 - i;
        }
      }
      throw label.place().error("no block around this is called " + label.shown());
    }
    return Numbers.unsigned(label, "the number of a label");
  }

  /** Alignment and offset, each of which may be missing. */
  private static void writeAccess(Opcode opcode, Cursor cursor, ByteWriter to) {
    Optional<Atom> offset = cursor.setting("offset=");
    Optional<Atom> align = cursor.setting("align=");
    int alignment = opcode.alignment();
    if (align.isPresent()) {
      int bytes = Numbers.unsigned(align.get(), "an alignment");
      alignment = Integer.numberOfTrailingZeros(bytes);
      if (Integer.bitCount(bytes) != 1 || alignment > opcode.alignment()) {
        throw Cursor.unexpected(
            align.get(), "a power of two up to " + (1 << opcode.alignment()) + " as the alignment");
      }
    }
    to.writeUnsigned(alignment);
    to.writeUnsigned(offset.isEmpty() ? 0 : Numbers.unsigned(offset.get(), "an offset"));
  }
}
