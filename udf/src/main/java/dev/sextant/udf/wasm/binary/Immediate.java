package dev.sextant.udf.wasm.binary;

/** What follows an instruction's code. */
public enum Immediate {
  /** Nothing. */
  NONE,
  /** The type of a block. */
  BLOCK,
  /** How many blocks outward a branch leads. */
  LABEL,
  /** A vector of labels and one for all other numbers. */
  LABELS,
  /** The number of a function. */
  FUNCTION,
  /** The number of a type and that of a table. */
  INDIRECT,
  /** The number of a local variable. */
  LOCAL,
  /** The number of a global variable. */
  GLOBAL,
  /** Alignment, as a power of two, and offset. */
  ACCESS,
  /** The number of a memory, which is 0. */
  MEMORY,
  /** Target and source of a copy, both memory 0. */
  MEMORIES,
  /** The number of a data segment and that of a memory, which is 0. */
  DATA_MEMORY,
  /** The number of a data segment. */
  DATA,
  /** A vector of value types. */
  TYPES,
  /** A number of 32 bits in signed LEB128. */
  I32,
  /** A number of 64 bits in signed LEB128. */
  I64,
  /** Four bytes. */
  F32,
  /** Eight bytes. */
  F64
}
