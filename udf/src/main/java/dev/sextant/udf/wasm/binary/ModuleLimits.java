package dev.sextant.udf.wasm.binary;

/** How large a module may be, whatever its profile allows. */
public final class ModuleLimits {
  /** Bytes of a module in its binary form. */
  public static final int MODULE_BYTES = 1 << 20;

  /** Characters of a module in its text form. */
  public static final int TEXT_CHARACTERS = 2 << 20;

  /** Parentheses within parentheses in the text form. */
  public static final int TEXT_DEPTH = 400;

  /** Types of functions and blocks. */
  public static final int TYPES = 1000;

  /** Functions. */
  public static final int FUNCTIONS = 5000;

  /** Parameters of a function or a block. */
  public static final int PARAMETERS = 100;

  /** Results of a function or a block. */
  public static final int RESULTS = 100;

  /** Local variables of a function, its parameters left out. */
  public static final int LOCALS = 1000;

  /** Local variables times blocks of a function: what compiling it takes grows with both. */
  public static final int LOCALS_TIMES_BLOCKS = 2_000_000;

  /** Bytes of a function; the JVM takes methods of at most 64 KiB of its own code. */
  public static final int FUNCTION_BYTES = 1 << 17;

  /** Labels in all jump tables of a function. */
  public static final int LABELS = 5000;

  /** Blocks within blocks. */
  public static final int NESTING = 400;

  /** Global variables. */
  public static final int GLOBALS = 1000;

  /** Tables. */
  public static final int TABLES = 8;

  /** Functions in a table. */
  public static final int TABLE_ENTRIES = 10_000;

  /** Exports. */
  public static final int EXPORTS = 1000;

  /** Bytes of a name. */
  public static final int NAME_BYTES = 1000;

  private ModuleLimits() {}
}
