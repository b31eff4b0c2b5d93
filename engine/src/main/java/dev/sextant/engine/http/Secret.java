package dev.sextant.engine.http;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A secret by the place where it is kept, {@code env:NAME} or {@code file:path}; read when it is
 * used, and never shown.
 *
 * @param place an environment variable or a file
 * @param isFile which of them
 */
public record Secret(String place, boolean isFile) {
  private static final String ENV = "env:";
  private static final String FILE = "file:";

  /** Reads the environment. */
  @FunctionalInterface
  public interface Environment {
    /** The value of a variable; null for none. */
    @Nullable String get(String name);
  }

  /**
   * The secret that an option names.
   *
   * @throws SextantException {@code 22023} where it names no place; the message leaves out what was
   *     written, which may be the secret itself
   */
  public static Secret of(String written) {
    if (written.startsWith(ENV) && written.length() > ENV.length()) {
      return new Secret(written.substring(ENV.length()), false);
    }
    if (written.startsWith(FILE) && written.length() > FILE.length()) {
      return new Secret(written.substring(FILE.length()), true);
    }
    throw new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Option secret expects where the secret is kept, 'env:NAME' or 'file:path', not the"
            + " secret.");
  }

  /**
   * The secret itself, without white space around it.
   *
   * @param folder what relative paths are relative to
   * @throws SextantException {@code 58000} where it is not there
   */
  public String read(Environment environment, Path folder) {
    String value = isFile ? content(folder.resolve(place)) : environment.get(place);
    if (value == null || value.isBlank()) {
      throw missing(isFile ? "is empty" : "is not set", null);
    }
    return value.strip();
  }

  private String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw missing("cannot be read", failure);
    }
  }

  private SextantException missing(String what, @Nullable Exception cause) {
    return new SextantException(
        ErrorCode.MODEL_FAILED,
        "The secret's "
            + (isFile ? "file" : "environment variable")
            + " \""
            + place
            + "\" "
            + what
            + ".",
        cause);
  }
}
