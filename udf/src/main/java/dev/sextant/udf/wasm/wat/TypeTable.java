package dev.sextant.udf.wasm.wat;

import dev.sextant.udf.wasm.binary.ByteWriter;
import dev.sextant.udf.wasm.binary.NumberType;
import dev.sextant.udf.wasm.binary.Signature;
import dev.sextant.udf.wasm.wat.Sexpr.Atom;
import dev.sextant.udf.wasm.wat.Sexpr.Group;
import dev.sextant.udf.wasm.wat.Sexpr.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The types of a module's functions and blocks, written out or only used. */
final class TypeTable {
  private final IndexSpace names = new IndexSpace("type");
  private final List<Signature> types = new ArrayList<>();

  /**
   * What a function or a block says of its type.
   *
   * @param type its number
   * @param parameters their names, as far as they have one
   */
  record Use(int type, Signature signature, List<Optional<Atom>> parameters) {
    Use {
      parameters = List.copyOf(parameters);
    }
  }

  /** Adds a type that is written out. */
  void define(Group field) {
    Cursor cursor = Cursor.behindWord(field);
    names.add(cursor.name());
    Group function = cursor.expectGroup("\"(func\"");
    if (!function.is("func")) {
      throw Cursor.unexpected(function, "\"(func\"");
    }
    cursor.expectEnd();
    Cursor inner = Cursor.behindWord(function);
    types.add(signature(inner, new ArrayList<>()));
    inner.expectEnd();
  }

  /** Reads {@code (type …) (param …) (result …)}, each of which may be missing. */
  Use use(Cursor cursor) {
    Optional<Group> named = cursor.group("type");
    List<Optional<Atom>> parameters = new ArrayList<>();
    Optional<Sexpr> written = cursor.peek();
    Signature signature = signature(cursor, parameters);
    if (named.isEmpty()) {
      return new Use(number(signature), signature, parameters);
    }
    Cursor index = Cursor.behindWord(named.get());
    int type = names.resolve(index.expectIndex("the name or number of a type"));
    index.expectEnd();
    Signature declared = types.get(type);
    boolean silent = signature.parameters().isEmpty() && signature.results().isEmpty();
    if (!silent && !signature.equals(declared)) {
      throw written
          .orElse(named.get())
          .place()
          .error("expected " + declared + " as the type says, got " + signature);
    }
    while (silent && parameters.size() < declared.parameters().size()) {
      parameters.add(Optional.empty());
    }
    return new Use(type, declared, parameters);
  }

  /** The number of a type, which is added where it is missing. */
  private int number(Signature signature) {
    int index = types.indexOf(signature);
    if (index >= 0) {
      return index;
    }
    types.add(signature);
    return names.add(Optional.empty());
  }

  /** Writes the type of a block. */
  void writeBlock(Cursor cursor, ByteWriter out) {
    boolean typed =
        cursor.peek().filter(part -> part instanceof Group g && g.is("type")).isPresent();
    if (!typed) {
      List<Optional<Atom>> parameters = new ArrayList<>();
      Signature signature = signature(cursor, parameters);
      if (signature.parameters().isEmpty() && signature.results().size() < 2) {
        boolean none = signature.results().isEmpty();
        out.writeByte(none ? 0x40 : signature.results().getFirst().code());
      } else {
        out.writeSigned(number(signature));
      }
      return;
    }
    out.writeSigned(use(cursor).type());
  }

  private static Signature signature(Cursor cursor, List<Optional<Atom>> names) {
    List<NumberType> parameters = new ArrayList<>();
    Optional<Group> group = cursor.group("param");
    while (group.isPresent()) {
      Cursor inner = Cursor.behindWord(group.get());
      parameters.addAll(typesOf(inner, names));
      group = cursor.group("param");
    }
    List<NumberType> results = new ArrayList<>();
    group = cursor.group("result");
    while (group.isPresent()) {
      results.addAll(typesOf(Cursor.behindWord(group.get()), new ArrayList<>()));
      group = cursor.group("result");
    }
    return new Signature(parameters, results);
  }

  /** Reads one type behind a name, or any number of types; a name for each goes to the list. */
  static List<NumberType> typesOf(Cursor cursor, List<Optional<Atom>> names) {
    List<NumberType> types = new ArrayList<>();
    Optional<Atom> name = cursor.name();
    if (name.isPresent()) {
      types.add(type(cursor));
      cursor.expectEnd();
    }
    while (!cursor.atEnd()) {
      types.add(type(cursor));
    }
    for (int i = 0; i < types.size(); i++) {
      names.add(i == 0 ? name : Optional.empty());
    }
    return types;
  }

  static NumberType type(Cursor cursor) {
    String expected = "i32, i64, f32 or f64";
    Atom atom = cursor.expectAtom(Kind.WORD, expected);
    return NumberType.named(atom.text()).orElseThrow(() -> Cursor.unexpected(atom, expected));
  }

  /** The contents of the section of types. */
  ByteWriter write() {
    ByteWriter out = new ByteWriter();
    if (!types.isEmpty()) {
      out.writeUnsigned(types.size());
      types.forEach(type -> type.write(out));
    }
    return out;
  }
}
