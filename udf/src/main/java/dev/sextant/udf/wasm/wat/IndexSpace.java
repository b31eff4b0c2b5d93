package dev.sextant.udf.wasm.wat;

import dev.sextant.udf.wasm.wat.Sexpr.Atom;
import dev.sextant.udf.wasm.wat.Sexpr.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Things of one kind, numbered from 0, and the names of some. */
final class IndexSpace {
  private final String kind;
  private final Map<String, Integer> names = new HashMap<>();
  private int size;

  IndexSpace(String kind) {
    this.kind = kind;
  }

  int size() {
    return size;
  }

  /** Adds one and gives its number. */
  int add(Optional<Atom> name) {
    if (name.isPresent() && names.putIfAbsent(name.get().text(), size) != null) {
      throw name.get().place().error("a second " + kind + " is called " + name.get().shown());
    }
    return size++;
  }

  /** The number that a name stands for, or the number itself. */
  int resolve(Atom index) {
    if (index.kind() == Kind.NAME) {
      Integer number = names.get(index.text());
      if (number == null) {
        throw index.place().error("there is no " + kind + " " + index.shown());
      }
      return number;
    }
    int number = Numbers.unsigned(index, "the number of a " + kind);
    if (Integer.compareUnsigned(number, size) >= 0) {
      throw index
          .place()
          .error("there is no " + kind + " " + index.shown() + "; there are " + size);
    }
    return number;
  }
}
