package dev.sextant.sql.catalog;

import dev.sextant.sql.lex.Lexer;
import dev.sextant.sql.lex.Token;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table of SQLite's full-text search, FTS5, as its definition tells.
 *
 * @param name as SQLite spells it
 * @param content the table or view whose rows it indexes; empty where it has rows of its own, or
 *     none at all
 * @param contentKey the column there whose values are the row ids of the full-text table
 * @param phrases whether it keeps where words stand, so that it finds phrases
 */
public record FullTextTable(String name, String content, String contentKey, boolean phrases) {
  private static final Set<String> ROWID = Set.of("rowid", "_rowid_", "oid");

  /** The table that a definition makes; empty where that is no FTS5 table. */
  static Optional<FullTextTable> of(String name, String definition) {
    List<Token> tokens = Lexer.tokens(definition);
    int at = 0;
    while (at < tokens.size() && !tokens.get(at).isWord("using")) {
      at++;
    }
    if (at + 1 >= tokens.size()
        || !tokens.get(1).isWord("virtual")
        || !tokens.get(at + 1).lower().equals("fts5")) {
      return Optional.empty();
    }
    Map<String, String> options = options(tokens.subList(at + 2, tokens.size()));
    return Optional.of(
        new FullTextTable(
            name,
            options.getOrDefault("content", ""),
            options.getOrDefault("content_rowid", "rowid"),
            options.getOrDefault("detail", "full").equalsIgnoreCase("full")));
  }

  /** What stands as {@code name = value} between the commas. */
  private static Map<String, String> options(List<Token> arguments) {
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i + 2 < arguments.size(); i++) {
      Token before = arguments.get(i - 1);
      boolean first = before.isSymbol(",") || before.isSymbol("(");
      if (first && arguments.get(i + 1).isSymbol("=")) {
        options.put(arguments.get(i).lower(), arguments.get(i + 2).text());
      }
    }
    return options;
  }

  /** Whether its row ids are the keys of its content's rows, given the key's name. */
  public boolean isKeyedBy(String key) {
    return contentKey.equalsIgnoreCase(key)
        || ROWID.contains(contentKey.toLowerCase(java.util.Locale.ROOT));
  }
}
