package dev.sextant.engine.udf;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.Language;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A function of a database.
 *
 * @param parameterNames as declared, a name for each parameter
 * @param strict whether NULL for any argument gives NULL without a call
 * @param createdAt milliseconds since 1970
 */
public record UserFunction(
    FunctionDefinition definition,
    List<String> parameterNames,
    boolean strict,
    State state,
    long createdAt) {
  /** Whether a function may be called. */
  public enum State {
    /** It may. */
    ACTIVE,
    /** It may not, until it is released. */
    QUARANTINED,
    /** It may not: its profile is missing, or wider than the profile it extends. */
    UNUSABLE
  }

  /** A function that nobody can change. */
  public UserFunction {
    parameterNames = List.copyOf(parameterNames);
  }

  /** The name, as it was declared. */
  public String name() {
    return definition.name();
  }

  /** Name and types. */
  public String signature() {
    return definition.signature();
  }

  /** The same in another state. */
  public UserFunction in(State other) {
    return new UserFunction(definition, parameterNames, strict, other, createdAt);
  }

  /** Whether its calls cost more than its work, so that many rows are given to one call. */
  public boolean isBatched() {
    return definition.deterministic()
        && (definition.language() == Language.JAVASCRIPT || definition.vectorized());
  }

  /** The SHA-256 of its source, in hexadecimal digits. */
  public String sha256() {
    return HexFormat.of().formatHex(sha256(definition.source().getBytes(StandardCharsets.UTF_8)));
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException everyJvmHasIt) {
      throw new IllegalStateException(everyJvmHasIt);
    }
  }
}
