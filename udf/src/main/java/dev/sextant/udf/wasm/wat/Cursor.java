package dev.sextant.udf.wasm.wat;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.wasm.wat.Sexpr.Atom;
import dev.sextant.udf.wasm.wat.Sexpr.Group;
import dev.sextant.udf.wasm.wat.Sexpr.Kind;
import dev.sextant.udf.wasm.wat.Sexpr.Place;
import java.util.List;
import java.util.Optional;

/** The parts of a group, one after the other. */
final class Cursor {
  private final List<Sexpr> parts;
  private final Place end;
  private int at;

  Cursor(List<Sexpr> parts, Place end) {
    this.parts = parts;
    this.end = end;
  }

  /** The parts behind the first word. */
  static Cursor behindWord(Group group) {
    Cursor cursor = new Cursor(group.parts(), group.end());
    cursor.at = 1;
    return cursor;
  }

  boolean atEnd() {
    return at >= parts.size();
  }

  Optional<Sexpr> peek() {
    return atEnd() ? Optional.empty() : Optional.of(parts.get(at));
  }

  Sexpr next(String expected) {
    if (atEnd()) {
      throw end.error("expected " + expected + ", got the end");
    }
    return parts.get(at++);
  }

  /** The next part, if it is a group that begins with a word. */
  Optional<Group> group(String word) {
    if (!atEnd() && parts.get(at) instanceof Group group && group.is(word)) {
      at++;
      return Optional.of(group);
    }
    return Optional.empty();
  }

  /** The next part, if it is a name. */
  Optional<Atom> name() {
    return atom(Kind.NAME);
  }

  /** The next part, if it is an atom of that kind. */
  Optional<Atom> atom(Kind kind) {
    if (!atEnd() && parts.get(at) instanceof Atom atom && atom.kind() == kind) {
      at++;
      return Optional.of(atom);
    }
    return Optional.empty();
  }

  /** The next part, if it is a name or a number. */
  Optional<Atom> index() {
    if (!atEnd() && parts.get(at) instanceof Atom atom && atom.isIndex()) {
      at++;
      return Optional.of(atom);
    }
    return Optional.empty();
  }

  /** What stands behind a word such as {@code offset=}, if it is the beginning of the next part. */
  Optional<Atom> setting(String word) {
    if (!atEnd()
        && parts.get(at) instanceof Atom atom
        && atom.kind() == Kind.WORD
        && atom.text().startsWith(word)) {
      at++;
      return Optional.of(new Atom(Kind.WORD, atom.text().substring(word.length()), atom.place()));
    }
    return Optional.empty();
  }

  /** Steps over a word, if it is the next part. */
  boolean word(String word) {
    if (!atEnd() && parts.get(at) instanceof Atom atom && atom.is(word)) {
      at++;
      return true;
    }
    return false;
  }

  Atom expectAtom(Kind kind, String expected) {
    Sexpr next = next(expected);
    if (next instanceof Atom atom && atom.kind() == kind) {
      return atom;
    }
    throw unexpected(next, expected);
  }

  Atom expectIndex(String expected) {
    Sexpr next = next(expected);
    if (next instanceof Atom atom && atom.isIndex()) {
      return atom;
    }
    throw unexpected(next, expected);
  }

  Group expectGroup(String expected) {
    Sexpr next = next(expected);
    if (next instanceof Group group) {
      return group;
    }
    throw unexpected(next, expected);
  }

  void expectEnd() {
    if (!atEnd()) {
      throw unexpected(parts.get(at), "a closing parenthesis");
    }
  }

  static UdfException unexpected(Sexpr got, String expected) {
    return got.place().error("expected " + expected + ", got " + got.shown());
  }
}
