package dev.sextant.udf.seccomp;

/** A step of a decision, before it has an address. Equal nodes become one piece of code. */
sealed interface Node {
  /** The end. */
  record Return(int verdict) implements Node {}

  /** Loads a word of the call's data. */
  record Load(int offset, Node next) implements Node {}

  /** Keeps some bits of the word loaded last. */
  record And(int mask, Node next) implements Node {}

  /** Goes one of two ways. */
  record Branch(int code, int operand, Node whenTrue, Node whenFalse) implements Node {}
}
