package dev.sextant.sql.lex;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.List;

/**
 * One statement cut into tokens, with what its first words tell about it.
 *
 * @param sql the text as written, without a closing semicolon
 * @param tokens its tokens, without a closing semicolon
 * @param kind what it does
 */
public record StatementText(String sql, List<Token> tokens, Kind kind) {

  /** What a statement does, as far as transactions and results go. */
  public enum Kind {
    /** SELECT, VALUES, or WITH before one of them. */
    QUERY,
    /** INSERT, REPLACE, UPDATE or DELETE, or WITH before one of them. */
    CHANGE,
    /** CREATE, DROP, ALTER and their like. */
    DEFINITION,
    /** BEGIN. */
    BEGIN,
    /** COMMIT or END. */
    COMMIT,
    /** ROLLBACK of the whole transaction. */
    ROLLBACK,
    /** ROLLBACK TO a savepoint. */
    ROLLBACK_TO,
    /** SAVEPOINT. */
    SAVEPOINT,
    /** RELEASE. */
    RELEASE,
    /** EXPLAIN. */
    EXPLAIN,
    /** SET. */
    SETTING,
    /** PRAGMA, VACUUM, ATTACH, DETACH, CALL, PIN: outside any transaction of ours. */
    UTILITY;

    /** Whether it takes the write lock. */
    public boolean writes() {
      return this == CHANGE || this == DEFINITION;
    }

    /** Whether auto-commit off begins a transaction for it. */
    public boolean needsTransaction() {
      return this == QUERY || this == CHANGE || this == DEFINITION || this == SAVEPOINT;
    }
  }

  /**
   * Reads one statement.
   *
   * @throws SextantException {@code 42601} for no statement or several
   */
  public static StatementText of(String sql) {
    List<Token> tokens = Lexer.tokens(sql);
    int end = tokens.size();
    while (end > 0 && tokens.get(end - 1).isSymbol(";")) {
      end--;
    }
    if (end == 0) {
      throw new SextantException(
          ErrorCode.SYNTAX, "The statement is empty: expected SQL text, got only blanks.");
    }
    List<Token> body = tokens.subList(0, end);
    Kind kind = kind(body);
    if (!isTrigger(body)) {
      for (Token token : body) {
        if (token.isSymbol(";")) {
          throw new SextantException(
              ErrorCode.SYNTAX,
              "Several statements in one text: expected one, got a second after the semicolon at"
                  + " character "
                  + (token.start() + 1)
                  + ". Execute them one by one.");
        }
      }
    }
    return new StatementText(sql.substring(0, body.getLast().end()), body, kind);
  }

  private static boolean isTrigger(List<Token> tokens) {
    return tokens.getFirst().isWord("create")
        && tokens.stream().limit(4).anyMatch(token -> token.isWord("trigger"));
  }

  private static Kind kind(List<Token> tokens) {
    Token first = tokens.getFirst();
    return switch (first.kind() == Token.Kind.WORD ? first.lower() : "") {
      case "select", "values" -> Kind.QUERY;
      case "with" -> with(tokens);
      case "insert", "replace", "update", "delete" -> Kind.CHANGE;
      case "begin" -> Kind.BEGIN;
      case "commit", "end" -> Kind.COMMIT;
      case "rollback" ->
          tokens.stream().anyMatch(token -> token.isWord("to")) ? Kind.ROLLBACK_TO : Kind.ROLLBACK;
      case "savepoint" -> Kind.SAVEPOINT;
      case "release" -> Kind.RELEASE;
      case "explain" -> Kind.EXPLAIN;
      case "create", "drop" -> numa(tokens) ? Kind.UTILITY : Kind.DEFINITION;
      case "alter", "reindex", "analyze" -> Kind.DEFINITION;
      case "set" -> Kind.SETTING;
      default -> Kind.UTILITY;
    };
  }

  /** What is placed on nodes is in no file. */
  private static boolean numa(List<Token> tokens) {
    return tokens.size() > 1 && tokens.get(1).isWord("numa");
  }

  private static Kind with(List<Token> tokens) {
    int depth = 0;
    for (Token token : tokens) {
      if (token.isSymbol("(")) {
        depth++;
      } else if (token.isSymbol(")")) {
        depth--;
      } else if (depth == 0 && token.kind() == Token.Kind.WORD) {
        switch (token.lower()) {
          case "select", "values" -> {
            return Kind.QUERY;
          }
          case "insert", "replace", "update", "delete" -> {
            return Kind.CHANGE;
          }
          default -> {
            // A name of the WITH clause.
          }
        }
      }
    }
    return Kind.QUERY;
  }

  /** The name behind SAVEPOINT, RELEASE or ROLLBACK TO: the last token. */
  public String savepointName() {
    return tokens.getLast().text();
  }
}
