package dev.sextant.sql.lex;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What makes a statement Sextant's: its operators, functions and schema. Knows nothing of Calcite,
 * so that statements which name none of these never load it.
 */
public final class SextantNames {
  /** The schema of the engine's own tables. */
  public static final String SCHEMA = "sextant";

  /** Functions of vectors that SQLite calls as they are. */
  public static final Set<String> VECTOR_FUNCTIONS =
      Set.of(
          "l2_distance",
          "cosine_distance",
          "inner_product",
          "negative_inner_product",
          "l1_distance",
          "vector_distance",
          "vector",
          "vector_dims",
          "l2_norm",
          "l2_normalize",
          "subvector");

  /** Functions that Sextant adds. */
  public static final Set<String> FUNCTIONS =
      Stream.concat(
              VECTOR_FUNCTIONS.stream(),
              Stream.of(
                  "embed",
                  "embed_query",
                  "embed_passage",
                  "knn",
                  "hybrid_search",
                  "chunk",
                  "cache_simulate",
                  "complete",
                  "route",
                  "tokens",
                  "cost",
                  "render",
                  "last_decision_id",
                  "complete_row",
                  "route_explain",
                  "numa_current_node",
                  "numa_distance",
                  "vector_recall"))
          .collect(Collectors.toUnmodifiableSet());

  /** Those of {@link #FUNCTIONS} that give rows and stand in FROM. */
  public static final Set<String> TABLE_FUNCTIONS =
      Set.of("knn", "hybrid_search", "chunk", "cache_simulate", "complete_row", "route_explain");

  /** Those of {@link #FUNCTIONS} that people call their tables, too. */
  private static final Set<String> WORDS = Set.of("complete", "route", "tokens", "cost", "render");

  /** Words behind which a name is that of a table, perhaps with columns in parentheses. */
  private static final Set<String> BEFORE_TABLES =
      Set.of("table", "exists", "into", "references", "on");

  private static final Set<String> DISTANCES = Set.of("<->", "<=>", "<#>", "<+>");

  private SextantNames() {}

  /** Whether tokens name an operator, a function or the schema of Sextant's. */
  public static boolean in(List<Token> tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      Token next = i + 1 < tokens.size() ? tokens.get(i + 1) : token;
      boolean named =
          switch (token.kind()) {
            case SYMBOL -> DISTANCES.contains(token.text());
            case WORD -> (isFunction(token, next) && !isTable(tokens, i)) || isSchema(token, next);
            case QUOTED -> isSchema(token, next);
            case STRING, BLOB, NUMBER, PARAMETER -> false;
          };
      if (named) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTable(List<Token> tokens, int at) {
    String name = tokens.get(at).lower();
    if (at == 0 || tokens.get(at - 1).kind() != Token.Kind.WORD) {
      return false;
    }
    String before = tokens.get(at - 1).lower();
    boolean behindOn = before.equals("on");
    return BEFORE_TABLES.contains(before)
        && (TABLE_FUNCTIONS.contains(name) || (WORDS.contains(name) && !behindOn));
  }

  private static boolean isFunction(Token token, Token next) {
    return next.isSymbol("(") && FUNCTIONS.contains(token.lower());
  }

  private static boolean isSchema(Token token, Token next) {
    return next.isSymbol(".") && token.text().equalsIgnoreCase(SCHEMA);
  }
}
