package dev.sextant.sql.compile;

import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.DataPlacement;
import dev.sextant.engine.numa.PinTarget;
import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.EngineCommand;
import dev.sextant.sql.plan.NumaCommand;
import dev.sextant.sql.plan.NumaQuery;
import dev.sextant.sql.plan.ParameterSource;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Placement;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.MalformedIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compiles the statements that place memory and threads on the machine's nodes. */
final class NumaCompiler extends TokenReader {
  private static final String PIN = "PIN SESSION TO NODE 0 | CPUS '0-3' [ENFORCE STRICT|SOFT]";
  private static final String UNPIN = "UNPIN SESSION";
  private static final String CREATE =
      "CREATE NUMA REGION name SIZE '16MB' PLACEMENT BIND(0)|PREFERRED(0)|INTERLEAVE(0,1)|LOCAL"
          + " [ENFORCE STRICT|SOFT]";
  private static final String DROP = "DROP NUMA REGION [IF EXISTS] name";
  private static final String SET = "SET numa.enforcement = strict";
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([a-z]*)");
  private static final Map<String, Long> UNITS =
      Map.of("", 1L, "b", 1L, "kb", 1L << 10, "mb", 1L << 20, "gb", 1L << 30);

  private static final String ALTER =
      "ALTER INDEX name SET PLACEMENT"
          + " (BIND(0)|PREFERRED(0)|INTERLEAVE(0,1)|REPLICATE|LOCAL|DEFAULT) [ENFORCE STRICT|SOFT]";
  private static final String MEASURE = "MEASURE NUMA [SIZE '64MB'] [SECONDS 0.5]";
  private static final long MEASURED_BYTES = 64L << 20;
  private static final double MEASURED_SECONDS = 0.5;

  private final Catalog catalog;
  private final StatementText statement;

  private NumaCompiler(Catalog catalog, StatementText statement) {
    super(statement);
    this.catalog = catalog;
    this.statement = statement;
  }

  /**
   * The plan; empty where the statement is another.
   *
   * @param plans compiles what EXPLAIN PLACEMENT explains
   */
  static Optional<Plan> compile(
      Catalog catalog, StatementText statement, Function<StatementText, Plan> plans) {
    return new NumaCompiler(catalog, statement).plan(plans);
  }

  private Optional<Plan> plan(Function<StatementText, Plan> plans) {
    Token first = tokens.getFirst();
    return switch (first.kind() == Token.Kind.WORD ? first.lower() : "") {
      case "pin" -> begins("pin", "session") ? command(pin()) : Optional.empty();
      case "unpin" -> begins("unpin", "session") ? command(unpin()) : Optional.empty();
      case "create" -> begins("create", "numa") ? command(create()) : Optional.empty();
      case "drop" -> begins("drop", "numa") ? command(drop()) : Optional.empty();
      case "alter" -> begins("alter", "index") ? alter() : Optional.empty();
      case "explain" -> begins("explain", "placement") ? explain(plans) : Optional.empty();
      case "measure" -> begins("measure", "numa") ? Optional.of(measure()) : Optional.empty();
      case "set" -> begins("set", "numa") ? Optional.of(set()) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private boolean begins(String first, String second) {
    at = 0;
    return take(first) && take(second);
  }

  private Optional<Plan> command(NumaCommand command) {
    return Optional.of(new Plan.Command(statement, new EngineCommand.Numa(command)));
  }

  private SextantException syntax(String expected, String form) {
    return new SextantException(
        ErrorCode.SYNTAX,
        "Syntax error near " + near() + ": expected " + expected + ". The form is " + form + ".");
  }

  private void require(boolean met, String expected, String form) {
    if (!met) {
      throw syntax(expected, form);
    }
  }

  private void end(String form) {
    require(at == tokens.size(), "the end", form);
  }

  private NumaCommand pin() {
    take("to");
    PinTarget target;
    if (take("node")) {
      target = new PinTarget.Node(number("the number of a node", PIN));
    } else {
      require(take("cpus"), "NODE or CPUS", PIN);
      target = new PinTarget.Cpus(ids("CPUs", PIN));
    }
    Enforcement enforcement = enforcement(PIN);
    end(PIN);
    return new NumaCommand.PinSession(target, enforcement);
  }

  private Optional<Plan> alter() {
    if (at + 2 >= tokens.size()
        || !tokens.get(at).isName()
        || !tokens.get(at + 1).isWord("set")
        || !tokens.get(at + 2).isWord("placement")) {
      return Optional.empty();
    }
    String name = tokens.get(at).text();
    at += 3;
    IndexDefinition index =
        catalog
            .vectorIndex(name)
            .orElseThrow(
                () ->
                    new SextantException(
                        ErrorCode.UNKNOWN_TABLE,
                        "No vector index \"" + name + "\". See sextant.indexes."));
    require(symbol("("), "a placement in parentheses", ALTER);
    DataPlacement placement =
        take("replicate")
            ? new DataPlacement.Replicate()
            : take("default")
                ? new DataPlacement.Anywhere()
                : new DataPlacement.On(placement(ALTER));
    require(symbol(")"), ") behind one placement", ALTER);
    Enforcement enforcement = enforcement(ALTER);
    end(ALTER);
    VectorColumn column = IndexCompiler.columnOf(catalog, index);
    return command(new NumaCommand.PlaceIndex(index, column, placement, enforcement));
  }

  private Optional<Plan> explain(Function<StatementText, Plan> plans) {
    require(at < tokens.size(), "a query", "EXPLAIN PLACEMENT SELECT …");
    String text = statement.sql().substring(tokens.get(at).start());
    return Optional.of(rows(new NumaQuery.Placement(plans.apply(StatementText.of(text)))));
  }

  private Plan measure() {
    long bytes = take("size") ? size() : MEASURED_BYTES;
    double seconds = MEASURED_SECONDS;
    if (take("seconds")) {
      require(
          at < tokens.size()
              && tokens.get(at).kind() == Token.Kind.NUMBER
              && tokens.get(at).text().matches("\\d{1,3}(\\.\\d{1,6})?"),
          "a number of seconds",
          MEASURE);
      seconds = Double.parseDouble(tokens.get(at++).text());
    }
    end(MEASURE);
    return rows(new NumaQuery.Measure(bytes, seconds));
  }

  /** A statement whose rows a step gives. */
  private Plan rows(NumaQuery query) {
    List<String> items = new ArrayList<>();
    for (String column : query.columns()) {
      items.add("value ->> " + items.size() + " AS " + column);
    }
    String sql = "SELECT " + String.join(", ", items) + " FROM json_each(?)";
    return new Plan.Compiled(
        statement,
        new SubSql(sql, List.of(0)),
        0,
        List.of(new ParameterSource.Produced()),
        List.of(new Step.NumaRows(query, 0)),
        null,
        List.of(),
        List.of());
  }

  private NumaCommand unpin() {
    end(UNPIN);
    return new NumaCommand.UnpinSession();
  }

  private NumaCommand create() {
    require(take("region"), "REGION", CREATE);
    String name = name("a name for the region", CREATE);
    require(take("size"), "SIZE", CREATE);
    long bytes = size();
    require(take("placement"), "PLACEMENT", CREATE);
    Placement placement = placement(CREATE);
    Enforcement enforcement = enforcement(CREATE);
    end(CREATE);
    return new NumaCommand.CreateRegion(name, bytes, placement, enforcement);
  }

  private NumaCommand drop() {
    require(take("region"), "REGION", DROP);
    boolean ifExists = take("if");
    require(!ifExists || take("exists"), "EXISTS", DROP);
    String name = name("the name of a region", DROP);
    end(DROP);
    return new NumaCommand.DropRegion(name, ifExists);
  }

  private Plan set() {
    require(symbol("."), "a setting's name behind numa.", SET);
    Settings.Setting setting = Settings.find("numa." + name("a setting's name", SET));
    require(symbol("=") || take("to"), "= and a value", SET);
    require(at < tokens.size(), "a value", SET);
    Token token = tokens.get(at++);
    end(SET);
    String value =
        token.isWord("default")
            ? setting.defaultValue()
            : switch (token.kind()) {
              case WORD, NUMBER, STRING, QUOTED -> token.lower();
              case BLOB, PARAMETER, SYMBOL -> throw syntax("a name or a text", SET);
            };
    return new Plan.Command(statement, new EngineCommand.Set(setting.name(), value));
  }

  private String name(String what, String form) {
    require(at < tokens.size() && tokens.get(at).isName(), what, form);
    return tokens.get(at++).text();
  }

  private int number(String what, String form) {
    require(at < tokens.size() && tokens.get(at).kind() == Token.Kind.NUMBER, what, form);
    String text = tokens.get(at).text();
    require(text.matches("\\d{1,5}") && Integer.parseInt(text) <= IdSet.MAX_ID, what, form);
    at++;
    return Integer.parseInt(text);
  }

  /** A list in quotes, as the kernel writes it. */
  private IdSet ids(String what, String form) {
    require(
        at < tokens.size() && tokens.get(at).kind() == Token.Kind.STRING,
        what + " as a text such as '0-3,8'",
        form);
    try {
      return IdSet.parseList(tokens.get(at++).text());
    } catch (MalformedIds wrong) {
      throw new SextantException(
          ErrorCode.SYNTAX,
          "A list of " + what + " is not as the kernel writes it: " + wrong.getMessage(),
          wrong);
    }
  }

  private long size() {
    require(at < tokens.size(), "a size", CREATE);
    Token token = tokens.get(at);
    boolean told = token.kind() == Token.Kind.STRING || token.kind() == Token.Kind.NUMBER;
    Matcher matcher = SIZE.matcher(token.lower().strip());
    Long unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
    require(told && unit != null, "a size such as '16MB'", CREATE);
    at++;
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit == null ? 1 : unit);
    } catch (ArithmeticException tooLarge) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER, "A region of " + token.text() + " is too large.", tooLarge);
    }
  }

  private Placement placement(String form) {
    String how = name("a placement", form).toLowerCase(Locale.ROOT);
    return switch (how) {
      case "local" -> new Placement.Local();
      case "bind" -> new Placement.Bind(single(form));
      case "preferred" -> new Placement.Preferred(single(form));
      case "interleave" -> new Placement.Interleave(several(form));
      default -> {
        at--;
        throw syntax("BIND, PREFERRED, INTERLEAVE or LOCAL", form);
      }
    };
  }

  private int single(String form) {
    require(symbol("("), "a node in parentheses", form);
    int node = number("the number of a node", form);
    require(symbol(")"), ") behind one node", form);
    return node;
  }

  private IdSet several(String form) {
    require(symbol("("), "nodes in parentheses", form);
    IdSet nodes = IdSet.EMPTY;
    if (at < tokens.size() && tokens.get(at).kind() == Token.Kind.STRING) {
      nodes = ids("nodes", form);
    } else {
      List<Integer> numbers = new ArrayList<>();
      do {
        numbers.add(number("the number of a node", form));
      } while (symbol(","));
      nodes = IdSet.of(numbers);
    }
    require(symbol(")"), ") behind the nodes", form);
    return nodes;
  }

  private @Nullable Enforcement enforcement(String form) {
    if (!take("enforce")) {
      return null;
    }
    if (take("strict")) {
      return Enforcement.STRICT;
    }
    require(take("soft"), "STRICT or SOFT", form);
    return Enforcement.SOFT;
  }
}
