package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.measure.MeasureOptions;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.MeasureCommand;
import dev.sextant.sql.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles MEASURE and COMPARE MEASUREMENT. */
final class MeasureCompiler extends TokenReader {
  private static final String MEASURE =
      "MEASURE [RUNS n | FOR '10 s'] [WARMUP auto|n] [INTERVAL '1 ms'] [USING (query)] query"
          + " [AGAINST query]";
  private static final String COMPARE = "COMPARE MEASUREMENT 2 WITH 1";
  private static final Set<String> QUERIES = Set.of("select", "values", "with");
  private static final Set<String> CHANGES = Set.of("insert", "update", "delete", "replace");

  /** Behind these, as behind a symbol but {@code )}, a word at the end is a name. */
  private static final Set<String> BEFORE_NAMES =
      Set.of("as", "select", "distinct", "from", "join", "by", "where", "and", "or", "not", "on");

  private static final Map<String, Double> UNITS =
      Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9, "min", 60e9);
  private static final int NONE = -2;

  private final StatementText statement;
  private int runs;
  private long forNanos;
  private int warmUp = NONE;
  private long intervalNanos;
  private @Nullable String parameters;

  private MeasureCompiler(StatementText statement) {
    super(statement);
    this.statement = statement;
  }

  /** The plan; empty where the statement is another. */
  static Optional<Plan> compile(StatementText statement) {
    MeasureCompiler compiler = new MeasureCompiler(statement);
    if (compiler.take("measure")) {
      return Optional.of(new Plan.Measure(statement, compiler.measure()));
    }
    return compiler.take("compare") && compiler.take("measurement")
        ? Optional.of(new Plan.Measure(statement, compiler.compare()))
        : Optional.empty();
  }

  private SextantException syntax(String expected, String form) {
    return new SextantException(
        ErrorCode.SYNTAX,
        "Syntax error near " + near() + ": expected " + expected + ". The form is " + form + ".");
  }

  private void require(boolean met, String expected) {
    if (!met) {
      throw syntax(expected, MEASURE);
    }
  }

  private MeasureCommand measure() {
    while (option()) {
      // Each passes over its tokens.
    }
    List<String> queries = new ArrayList<>();
    int against = against(at);
    queries.add(query(against < 0 ? tokens.size() : against));
    if (against >= 0) {
      at = against + 1;
      int third = against(at);
      if (third >= 0) {
        at = third;
        throw syntax("the end, since two queries are compared", MEASURE);
      }
      queries.add(query(tokens.size()));
    }
    int most = forNanos > 0 ? MeasureOptions.MAX_RUNS : MeasureOptions.DEFAULT_RUNS;
    MeasureOptions options =
        new MeasureOptions(
            runs == 0 ? most : runs,
            forNanos,
            warmUp == NONE ? MeasureOptions.AUTO : warmUp,
            intervalNanos,
            1);
    return new MeasureCommand.Measure(options, parameters, List.copyOf(queries));
  }

  private boolean option() {
    if (take("runs")) {
      require(runs == 0, "RUNS once");
      runs = number("a number of runs", 1);
    } else if (take("for")) {
      require(forNanos == 0, "FOR once");
      forNanos = duration();
    } else if (take("warmup")) {
      require(warmUp == NONE, "WARMUP once");
      warmUp = take("auto") ? MeasureOptions.AUTO : number("auto or a number of runs", 0);
    } else if (take("interval")) {
      require(intervalNanos == 0, "INTERVAL once");
      intervalNanos = duration();
    } else if (take("using")) {
      require(parameters == null, "USING once");
      parameters = using();
    } else {
      return false;
    }
    return true;
  }

  private int number(String expected, int least) {
    require(at < tokens.size() && tokens.get(at).kind() == Token.Kind.NUMBER, expected);
    try {
      int value = Integer.parseInt(tokens.get(at).text());
      require(value >= least, expected + " from " + least);
      at++;
      return value;
    } catch (NumberFormatException notWhole) {
      throw syntax(expected, MEASURE);
    }
  }

  /** A text such as '10 s', in nanoseconds. */
  private long duration() {
    require(
        at < tokens.size() && tokens.get(at).kind() == Token.Kind.STRING,
        "a time such as '10 s' or '1 ms'");
    String text = tokens.get(at).text().strip().toLowerCase(Locale.ROOT);
    int unit = 0;
    while (unit < text.length() && !Character.isLetter(text.charAt(unit))) {
      unit++;
    }
    double factor = UNITS.getOrDefault(text.substring(unit), 0.0);
    require(factor > 0, "a time in ns, us, ms, s or min");
    try {
      double nanos = Double.parseDouble(text.substring(0, unit).strip()) * factor;
      require(nanos >= 1, "a time of more than nothing");
      at++;
      return (long) nanos;
    } catch (NumberFormatException notNumber) {
      throw syntax("a number before the unit", MEASURE);
    }
  }

  private String using() {
    require(symbol("("), "a query in parentheses");
    int from = at;
    int depth = 1;
    while (at < tokens.size() && depth > 0) {
      depth += tokens.get(at).isSymbol("(") ? 1 : tokens.get(at).isSymbol(")") ? -1 : 0;
      at++;
    }
    require(depth == 0 && at - 1 > from, "a query and )");
    return text(from, at - 1);
  }

  /** The place of AGAINST before the second query; -1 where there is none. */
  private int against(int from) {
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      depth += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
      if (depth == 0 && token.isWord("against") && separates(i)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether AGAINST stands between queries, or behind one as if another were to come. */
  private boolean separates(int place) {
    if (place + 1 < tokens.size()) {
      String next = tokens.get(place + 1).lower();
      return QUERIES.contains(next) || CHANGES.contains(next);
    }
    Token before = tokens.get(Math.max(0, place - 1));
    return before.kind() == Token.Kind.SYMBOL
        ? before.isSymbol(")")
        : !BEFORE_NAMES.contains(before.lower());
  }

  private String query(int end) {
    require(at < end, "a query");
    String first = tokens.get(at).lower();
    if (CHANGES.contains(first)) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "MEASURE runs its statement many times, so it takes queries only, not "
              + first.toUpperCase(Locale.ROOT)
              + ".");
    }
    require(QUERIES.contains(first), "RUNS, FOR, WARMUP, INTERVAL, USING or a query");
    return text(at, end);
  }

  private String text(int from, int end) {
    return statement.sql().substring(tokens.get(from).start(), tokens.get(end - 1).end());
  }

  private MeasureCommand compare() {
    long first = measurement();
    if (!take("with")) {
      throw syntax("WITH", COMPARE);
    }
    long second = measurement();
    if (at < tokens.size()) {
      throw syntax("the end", COMPARE);
    }
    return new MeasureCommand.Compare(first, second);
  }

  private long measurement() {
    if (at >= tokens.size() || tokens.get(at).kind() != Token.Kind.NUMBER) {
      throw syntax("the number of a measurement", COMPARE);
    }
    try {
      return Long.parseLong(tokens.get(at++).text());
    } catch (NumberFormatException notWhole) {
      at--;
      throw syntax("the number of a measurement", COMPARE);
    }
  }
}
