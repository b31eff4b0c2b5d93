package dev.sextant.udf;

/** A function that counts what it uses. */
public interface Metered {
  /**
   * The fuel that the last call used, in the unit of {@link Limits#fuel()}; 0 before the first
   * call. The same function and arguments give the same number on every machine.
   */
  long fuelUsed();
}
