package dev.sextant.storage.sqlite;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Turns what SQLite reports into a {@link StorageException} of the right kind. */
final class SqliteFailures {
  private static final List<Map.Entry<String, Kind>> TEXTS =
      List.of(
          Map.entry("no such table", Kind.UNKNOWN_TABLE),
          Map.entry("no such view", Kind.UNKNOWN_TABLE),
          Map.entry("no such column", Kind.UNKNOWN_COLUMN),
          Map.entry("has no column named", Kind.UNKNOWN_COLUMN),
          Map.entry("no such function", Kind.UNKNOWN_FUNCTION),
          Map.entry("wrong number of arguments to function", Kind.UNKNOWN_FUNCTION),
          Map.entry("ambiguous column name", Kind.AMBIGUOUS_COLUMN),
          Map.entry("already exists", Kind.DUPLICATE_OBJECT),
          Map.entry("already another table or index", Kind.DUPLICATE_OBJECT),
          Map.entry("within a transaction", Kind.TRANSACTION_STATE),
          Map.entry("no transaction is active", Kind.TRANSACTION_STATE),
          Map.entry("no such savepoint", Kind.TRANSACTION_STATE),
          Map.entry("integer overflow", Kind.NUMERIC_RANGE),
          Map.entry("syntax error", Kind.SYNTAX),
          Map.entry("incomplete input", Kind.SYNTAX),
          Map.entry("unrecognized token", Kind.SYNTAX));

  private static final Pattern VECTOR_CHECK =
      Pattern.compile("CHECK constraint failed: (.*) is VECTOR\\((\\d+)\\)");

  private SqliteFailures() {}

  /** A failure met while preparing {@code sql}. */
  static StorageException preparing(SQLException cause) {
    return of(cause, Kind.SYNTAX);
  }

  /** A failure met while running a statement. */
  static StorageException running(SQLException cause) {
    return of(cause, Kind.DATA);
  }

  static boolean isCode(SQLException failure, SQLiteErrorCode code) {
    return failure instanceof SQLiteException sqlite
        && (sqlite.getResultCode().code & 0xFF) == code.code;
  }

  /** SQLite's own sentence, without the driver's wrapping. */
  static String detail(SQLException failure) {
    String text = String.valueOf(failure.getMessage());
    int open = text.indexOf('(');
    if (text.startsWith("[SQLITE") && open > 0 && text.endsWith(")")) {
      return text.substring(open + 1, text.length() - 1);
    }
    return text;
  }

  private static StorageException of(SQLException cause, Kind otherwise) {
    String detail = detail(cause);
    SQLiteErrorCode code =
        cause instanceof SQLiteException sqlite
            ? sqlite.getResultCode()
            : SQLiteErrorCode.SQLITE_ERROR;
    Kind kind = kind(code, detail, otherwise);
    return new StorageException(kind, sentence(kind, detail), cause);
  }

  private static Kind kind(SQLiteErrorCode code, String detail, Kind otherwise) {
    return switch (code) {
      case SQLITE_BUSY_SNAPSHOT -> Kind.SNAPSHOT_TOO_OLD;
      case SQLITE_CONSTRAINT_NOTNULL -> Kind.NOT_NULL;
      case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID ->
          Kind.UNIQUE;
      case SQLITE_CONSTRAINT_FOREIGNKEY -> Kind.FOREIGN_KEY;
      case SQLITE_CONSTRAINT_CHECK -> Kind.CHECK;
      case SQLITE_CONSTRAINT_DATATYPE -> Kind.DATA;
      default -> primaryKind(code.code & 0xFF, detail, otherwise);
    };
  }

  private static Kind primaryKind(int primary, String detail, Kind otherwise) {
    return switch (primary) {
      case 5, 6 -> Kind.BUSY;
      case 7, 13, 18 -> Kind.RESOURCES;
      case 8 -> Kind.READ_ONLY;
      case 9 -> Kind.INTERRUPTED;
      case 10 -> Kind.IO;
      case 11 -> Kind.CORRUPT;
      case 14 -> Kind.CANNOT_OPEN;
      case 19 -> Kind.CONSTRAINT;
      case 20 -> Kind.DATA;
      case 26 -> Kind.NOT_A_DATABASE;
      default -> byText(detail.toLowerCase(Locale.ROOT), otherwise);
    };
  }

  private static Kind byText(String detail, Kind otherwise) {
    for (Map.Entry<String, Kind> entry : TEXTS) {
      if (detail.contains(entry.getKey())) {
        return entry.getValue();
      }
    }
    return otherwise;
  }

  private static String sentence(Kind kind, String detail) {
    String said = detail.isEmpty() ? "no detail" : detail;
    return switch (kind) {
      case BUSY ->
          "The database is locked by another connection ("
              + said
              + "). Retry, end the other transaction, or raise busy_timeout.";
      case SNAPSHOT_TOO_OLD ->
          "Another connection committed after this transaction first read. Roll back and retry, or"
              + " begin with a write.";
      case READ_ONLY -> "The database is opened read-only: nothing was written (" + said + ").";
      case INTERRUPTED -> "The statement was cancelled; its changes were undone.";
      case CHECK -> check(said);
      default -> Character.toUpperCase(said.charAt(0)) + said.substring(1) + ".";
    };
  }

  private static String check(String said) {
    Matcher vector = VECTOR_CHECK.matcher(said);
    if (vector.matches()) {
      return "Vector column \""
          + vector.group(1)
          + "\" expects VECTOR("
          + vector.group(2)
          + "), a BLOB of "
          + 4 * Integer.parseInt(vector.group(2))
          + " bytes, and got something else: bind a float[], a text such as '[1,2,3]', or bytes.";
    }
    return Character.toUpperCase(said.charAt(0)) + said.substring(1) + ".";
  }
}
