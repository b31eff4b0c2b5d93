package dev.sextant.udf;

/** What a function is written in. */
public enum Language {
  /** An expression of SQL, written into the statement that calls it. */
  SQL,
  /** A WebAssembly module in its binary form. */
  WASM,
  /** A WebAssembly module in its text form. */
  WAT,
  /** A script that declares a function of the function's name. */
  JAVASCRIPT
}
