package dev.sextant.sql.compile;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.sql.ast.Opaque;
import dev.sextant.sql.lex.SextantNames;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/** The functions that compiled statements may call, by name. */
final class Functions {
  private static final Set<String> AGGREGATES =
      Set.of(
          "avg",
          "group_concat",
          "json_group_array",
          "json_group_object",
          "jsonb_group_array",
          "jsonb_group_object",
          "max",
          "median",
          "min",
          "percentile",
          "percentile_cont",
          "percentile_disc",
          "string_agg",
          "sum",
          "total");

  private static final Map<String, SqlOperator> WINDOW =
      Map.ofEntries(
          Map.entry("row_number", SqlStdOperatorTable.ROW_NUMBER),
          Map.entry("rank", SqlStdOperatorTable.RANK),
          Map.entry("dense_rank", SqlStdOperatorTable.DENSE_RANK),
          Map.entry("percent_rank", SqlStdOperatorTable.PERCENT_RANK),
          Map.entry("cume_dist", SqlStdOperatorTable.CUME_DIST),
          Map.entry("ntile", SqlStdOperatorTable.NTILE),
          Map.entry("lag", SqlStdOperatorTable.LAG),
          Map.entry("lead", SqlStdOperatorTable.LEAD),
          Map.entry("first_value", SqlStdOperatorTable.FIRST_VALUE),
          Map.entry("last_value", SqlStdOperatorTable.LAST_VALUE),
          Map.entry("nth_value", SqlStdOperatorTable.NTH_VALUE));

  private static final Set<String> SCALAR =
      Set.of(
          "abs",
          "acos",
          "acosh",
          "asin",
          "asinh",
          "atan",
          "atan2",
          "atanh",
          "bm25",
          "ceil",
          "ceiling",
          "changes",
          "char",
          "coalesce",
          "concat",
          "concat_ws",
          "cos",
          "cosh",
          "date",
          "datetime",
          "degrees",
          "exp",
          "floor",
          "format",
          "glob",
          "hex",
          "highlight",
          "if",
          "ifnull",
          "iif",
          "instr",
          "json",
          "json_array",
          "json_array_insert",
          "json_array_length",
          "json_each",
          "json_tree",
          "json_error_position",
          "json_extract",
          "json_insert",
          "json_object",
          "json_patch",
          "json_pretty",
          "json_quote",
          "json_remove",
          "json_replace",
          "json_set",
          "json_type",
          "json_valid",
          "jsonb",
          "jsonb_array",
          "jsonb_extract",
          "jsonb_insert",
          "jsonb_object",
          "jsonb_patch",
          "jsonb_remove",
          "jsonb_replace",
          "jsonb_set",
          "julianday",
          "last_insert_rowid",
          "length",
          "like",
          "likelihood",
          "likely",
          "ln",
          "log",
          "log10",
          "log2",
          "lower",
          "ltrim",
          "max",
          "min",
          "mod",
          "nullif",
          "octet_length",
          "pi",
          "pow",
          "power",
          "printf",
          "quote",
          "radians",
          "random",
          "randomblob",
          "replace",
          "round",
          "rtrim",
          "sign",
          "sin",
          "sinh",
          "snippet",
          "soundex",
          "sqlite_version",
          "sqrt",
          "strftime",
          "substr",
          "substring",
          "tan",
          "tanh",
          "time",
          "timediff",
          "total_changes",
          "trim",
          "trunc",
          "typeof",
          "unhex",
          "unicode",
          "unistr",
          "unixepoch",
          "unlikely",
          "upper",
          "zeroblob");

  private static final Set<String> VOLATILE =
      Set.of(
          "random",
          "randomblob",
          "changes",
          "total_changes",
          "last_insert_rowid",
          "last_decision_id",
          "numa_current_node");

  /** They give the time of the moment if asked for 'now'. */
  private static final Set<String> TIMES =
      Set.of(
          "date",
          "time",
          "datetime",
          "julianday",
          "unixepoch",
          "strftime",
          "timediff",
          "current_date",
          "current_time",
          "current_timestamp");

  private Functions() {}

  /**
   * The operator of a call.
   *
   * @throws SextantException {@code 42883} naming the nearest function
   */
  static SqlOperator resolve(String name, int arguments, FunctionSet users) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean scalarToo = lower.equals("max") || lower.equals("min");
    if (lower.equals("count")) {
      return SqlStdOperatorTable.COUNT;
    }
    if (AGGREGATES.contains(lower) && !(scalarToo && arguments > 1)) {
      return Opaque.aggregate(lower);
    }
    SqlOperator window = WINDOW.get(lower);
    if (window != null) {
      return window;
    }
    if (SCALAR.contains(lower) || SextantNames.FUNCTIONS.contains(lower)) {
      return Opaque.function(lower);
    }
    if (!users.named(lower).isEmpty()) {
      return users.isDeterministic(lower) ? Opaque.function(lower) : Opaque.volatileFunction(lower);
    }
    List<String> known =
        Stream.of(SCALAR, AGGREGATES, SextantNames.FUNCTIONS, users.names())
            .flatMap(Set::stream)
            .toList();
    throw new SextantException(
        ErrorCode.UNKNOWN_FUNCTION,
        "No function \"" + name + "\": did you mean \"" + Names.nearest(lower, known) + "\"?");
  }

  /** Whether calls in two statements may differ, although they do not in one. */
  static boolean mayTellTime(SqlOperator operator) {
    return TIMES.contains(operator.getName().toLowerCase(Locale.ROOT));
  }

  /** Whether two calls with the same arguments may differ. */
  static boolean isVolatile(SqlOperator operator) {
    return !operator.isDeterministic()
        || VOLATILE.contains(operator.getName().toLowerCase(Locale.ROOT));
  }
}
