package dev.sextant.sql.run;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.lex.SextantNames;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.Locale;
import java.util.regex.Pattern;

/** What users' functions and profiles may be called. */
final class FunctionNames {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

  private FunctionNames() {}

  /** Refuses what is no plain name. */
  static void requirePlain(String name) {
    if (!PLAIN.matcher(name).matches()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "\"" + name + "\" is no name: expected up to 63 letters, digits and underscores.");
    }
  }

  /** Refuses names that mean something already. */
  static void requireFree(SqliteConnection connection, String name) {
    requirePlain(name);
    String lower = name.toLowerCase(Locale.ROOT);
    boolean ours =
        SextantNames.FUNCTIONS.contains(lower)
            || lower.startsWith("sextant_")
            || lower.startsWith("sqlite_");
    if (ours || isBuiltIn(connection, lower)) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "\"" + name + "\" is a function that every database has. Choose another name.");
    }
    if (isReserved(connection, name)) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "\"" + name + "\" is a word of SQL's own. Choose another name.");
    }
  }

  private static boolean isBuiltIn(SqliteConnection connection, String lower) {
    try (SqliteStatement found =
        connection.prepare("SELECT 1 FROM pragma_function_list WHERE name = ? AND builtin")) {
      found.bind(1, lower);
      return found.step();
    }
  }

  /** Whether the word cannot name a column, nor be called. */
  private static boolean isReserved(SqliteConnection connection, String name) {
    try {
      connection.prepare("SELECT 1 AS " + name).close();
      connection.prepare("SELECT 1, " + name + "(1)").close();
      return false;
    } catch (StorageException refused) {
      return refused.kind() == StorageException.Kind.SYNTAX;
    }
  }
}
