package dev.sextant.sql.compile;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ast.Opaque;
import dev.sextant.sql.plan.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a function that gives rows or searches, by position or as {@code name => value}.
 */
final class TableArguments {
  /** The one function among them that gives a value. */
  static final String RECALL = "vector_recall";

  /** The one that fuses two searches. */
  static final String HYBRID = "hybrid_search";

  private static final Map<String, List<String>> SIGNATURES =
      Map.of(
          "knn",
          List.of("index", "vector", "k", "ef_search", "filter", "metric"),
          ChunkSource.NAME,
          List.of("text", "strategy", "size", "overlap", "model"),
          SimulationSource.NAME,
          List.of("keys", "policy", "size"),
          RouteSource.COMPLETE_ROW,
          List.of("route", "prompt", "options"),
          RouteSource.ROUTE_EXPLAIN,
          List.of("prompt", "route", "options"),
          HYBRID,
          List.of(
              "index",
              "fts_table",
              "text",
              "vector",
              "k",
              "candidates",
              "rrf_k",
              "vector_weight",
              "text_weight",
              "text_syntax",
              "ef_search",
              "filter",
              "metric"),
          RECALL,
          List.of("index", "samples", "k"));

  private final String function;
  private final Map<String, SqlNode> values = new LinkedHashMap<>();

  private TableArguments(String function) {
    this.function = function;
  }

  /** Whether a node is a call of a function that gives rows. */
  static boolean areOfRows(SqlNode node) {
    return node instanceof SqlCall call
        && SIGNATURES.containsKey(nameOf(call))
        && !areOfRecall(call);
  }

  /** Whether a call asks for the recall of an index. */
  static boolean areOfRecall(SqlCall call) {
    return nameOf(call).equals(RECALL);
  }

  private static String nameOf(SqlCall call) {
    return call.getOperator().getName().toLowerCase(Locale.ROOT);
  }

  /**
   * The arguments of a call.
   *
   * @throws SextantException {@code 42883} for an argument that the function does not take
   */
  static TableArguments of(SqlCall call) {
    TableArguments arguments = new TableArguments(nameOf(call));
    List<String> names = Objects.requireNonNull(SIGNATURES.get(arguments.function));
    int position = 0;
    for (SqlNode operand : call.getOperandList()) {
      boolean named = operand.getKind() == SqlKind.ARGUMENT_ASSIGNMENT;
      if (!named && position < 0) {
        throw arguments.wrong("takes no argument without a name behind one with a name");
      }
      if (!named && position >= names.size()) {
        throw arguments.wrong("takes at most " + names.size() + " arguments: " + names);
      }
      String name =
          named
              ? ((SqlIdentifier) ((SqlCall) operand).operand(1))
                  .getSimple()
                  .toLowerCase(Locale.ROOT)
              : names.get(position);
      position = named ? -1 : position + 1;
      if (!names.contains(name)) {
        throw arguments.wrong(
            "has no argument \""
                + name
                + "\": did you mean \""
                + Names.nearest(name, names)
                + "\"?");
      }
      SqlNode value = named ? ((SqlCall) operand).operand(0) : operand;
      if (arguments.values.put(name, value) != null) {
        throw arguments.wrong("was given \"" + name + "\" twice");
      }
    }
    return arguments;
  }

  /** Whether the function fuses a search by vector with one by text. */
  boolean areOfHybrid() {
    return function.equals(HYBRID);
  }

  /** A failure that names the function. */
  SextantException wrong(String what) {
    return new SextantException(
        ErrorCode.UNKNOWN_FUNCTION, "Function " + function + " " + what + ".");
  }

  /** A failure of one argument. */
  SextantException invalid(String name, String expected) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Argument " + name + " of " + function + " expects " + expected + ".");
  }

  String function() {
    return function;
  }

  Map<String, SqlNode> all() {
    return values;
  }

  SqlNode required(String name) {
    SqlNode value = values.get(name);
    if (value == null) {
      throw wrong("needs the argument \"" + name + "\"");
    }
    return value;
  }

  /** A text that stands in the statement. */
  String text(String name) {
    return quoted(required(name)).orElseThrow(() -> invalid(name, "a text in single quotes"));
  }

  Optional<String> optionalText(String name) {
    return values.containsKey(name) ? Optional.of(text(name)) : Optional.empty();
  }

  /** A whole number or a parameter; {@code otherwise} where it is not given. */
  Step.WholeNumber number(String name, long otherwise) {
    SqlNode value = values.get(name);
    if (value == null) {
      return new Step.WholeNumber(otherwise, -1);
    }
    if (value instanceof SqlDynamicParam parameter) {
      return new Step.WholeNumber(0, parameter.getIndex());
    }
    Optional<String> digits = literal(value);
    if (digits.isEmpty() || !digits.get().matches("-?\\d{1,18}")) {
      throw invalid(name, "a whole number or a parameter");
    }
    return new Step.WholeNumber(Long.parseLong(digits.get()), -1);
  }

  /** A number or a parameter; {@code otherwise} where it is not given. */
  Step.Real real(String name, double otherwise) {
    SqlNode value = values.get(name);
    if (value == null) {
      return new Step.Real(name, otherwise, -1);
    }
    if (value instanceof SqlDynamicParam parameter) {
      return new Step.Real(name, 0, parameter.getIndex());
    }
    Optional<String> digits = literal(value);
    if (digits.isEmpty() || !digits.get().matches("-?[0-9.]+([eE][-+]?[0-9]+)?")) {
      throw invalid(name, "a number or a parameter");
    }
    return new Step.Real(name, Double.parseDouble(digits.get()), -1);
  }

  /** The text that a node is, if it is a text in single quotes. */
  static Optional<String> quoted(SqlNode node) {
    return literal(node)
        .filter(text -> text.startsWith("'"))
        .map(text -> text.substring(1, text.length() - 1).replace("''", "'"));
  }

  private static Optional<String> literal(@Nullable SqlNode node) {
    return node instanceof SqlCall call && call.getOperator() instanceof Opaque.Literal literal
        ? Optional.of(literal.getName())
        : Optional.empty();
  }
}
