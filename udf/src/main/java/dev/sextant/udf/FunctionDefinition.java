package dev.sextant.udf;

import java.util.List;

/**
 * A function as its author wrote it.
 *
 * @param source the text, or the module's bytes as hexadecimal digits for {@link Language#WASM}
 * @param deterministic whether the same arguments always give the same result
 * @param vectorized whether the source takes a batch of rows at once
 * @param profile what it may do and use
 */
public record FunctionDefinition(
    String name,
    List<ValueType> parameters,
    ValueType result,
    Language language,
    String source,
    boolean deterministic,
    boolean vectorized,
    SandboxProfile profile) {
  /** A definition that nobody can change. */
  public FunctionDefinition {
    parameters = List.copyOf(parameters);
  }

  /** Name and types as they stand in messages. */
  public String signature() {
    return name + "(" + String.join(", ", parameters.stream().map(Enum::name).toList()) + ")";
  }
}
