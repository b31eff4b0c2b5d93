package dev.sextant.udf.wasm.wat;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.util.List;

/** A part of a module's text, and where it stands. */
sealed interface Sexpr {
  /** Line and column, both from 1. */
  record Place(int line, int column) {
    UdfException error(String message) {
      return new UdfException(
          Failure.DEFINITION, "line " + line + ", column " + column + ": " + message + ".");
    }
  }

  /** What an atom is. */
  enum Kind {
    /** A word or a number. */
    WORD,
    /** A name, with its dollar sign. */
    NAME,
    /** Bytes in quotation marks, a character of the text for each. */
    STRING
  }

  /** A word, a name or a string. */
  record Atom(Kind kind, String text, Place place) implements Sexpr {
    boolean is(String word) {
      return kind == Kind.WORD && text.equals(word);
    }

    boolean isNumber() {
      return kind == Kind.WORD && Character.isDigit(text.charAt(0));
    }

    /** Whether it can stand for the number of something. */
    boolean isIndex() {
      return kind == Kind.NAME || isNumber();
    }
  }

  /**
   * What stands between parentheses.
   *
   * @param end where the closing one stands
   */
  record Group(List<Sexpr> parts, Place place, Place end) implements Sexpr {
    /** Whether it begins with a word. */
    boolean is(String word) {
      return !parts.isEmpty() && parts.getFirst() instanceof Atom atom && atom.is(word);
    }
  }

  /** Where it begins. */
  Place place();

  /** As it stands in messages. */
  default String shown() {
    return switch (this) {
      case Atom atom -> atom.kind() == Kind.STRING ? "a string" : "\"" + atom.text() + "\"";
      case Group group ->
          !group.parts().isEmpty() && group.parts().getFirst() instanceof Atom atom
              ? "\"(" + atom.text() + "\""
              : "\"(\"";
    };
  }
}
