package dev.sextant.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random query over three small tables, as SQLite's dialect has it. Each of its columns is an
 * expression and the expression's type.
 */
final class RandomQuery {
  private static final List<String> NUMBERS =
      List.of("0", "1", "2", "-1", "3", "10", "1.5", "-2.5", "0.0", "7", "9007199254740993", "1e3");
  private static final List<String> TEXTS =
      List.of("'a'", "'A'", "'b'", "'abc'", "''", "'10'", "'1.5'", "' 2 '", "'it''s'", "'é'");
  private static final List<String> OTHERS =
      List.of("NULL", "x''", "x'61'", "x'0041'", "CURRENT_DATE IS NULL", "TRUE", "FALSE");

  private final Random random;
  private final List<String> withs = new ArrayList<>();
  private boolean ordered;
  private int names;

  /** A table or subquery in FROM. */
  private record Source(String from, List<String> columns) {}

  RandomQuery(Random random) {
    this.random = random;
  }

  /** What makes and fills the tables. */
  static List<String> tables() {
    return List.of(
        "CREATE TABLE a(id INTEGER PRIMARY KEY, n INTEGER, r REAL, s TEXT, m)",
        "CREATE TABLE b(id INTEGER, n NUMERIC, t TEXT COLLATE NOCASE, \"order\" INT, x BLOB)",
        "CREATE TABLE \"select\"(id INTEGER PRIMARY KEY, \"a b\" TEXT, n INTEGER, `group` REAL)",
        "INSERT INTO a VALUES (1, 1, 1.5, 'a', 1), (2, NULL, 2.0, 'B', '1'), (3, 3, NULL, NULL,"
            + " x'61'), (4, -7, -0.5, 'abc', 2.5), (5, 1, 1e10, '', NULL), (6, 0, 0.0, '10', 'a'),"
            + " (7, 2, 3.25, 'Abc', 10), (8, 3, 1.5, 'a', '10')",
        "INSERT INTO b VALUES (1, 1, 'A', 3, x'61'), (1, 2.5, 'a', NULL, 'a'), (2, 'x', 'abc', 1,"
            + " 1), (NULL, NULL, NULL, 2, NULL), (4, '10', 'ABC', 3, x''), (9, 3, '', -1, 2.5)",
        "INSERT INTO \"select\" VALUES (1, 'x y', 1, 0.5), (2, 'a', 2, NULL), (3, NULL, 3, 2.0),"
            + " (10, 'A', NULL, 1.5)");
  }

  boolean ordered() {
    return ordered;
  }

  String text() {
    String body = random.nextInt(6) == 0 ? compound() : select(List.of(), 3, false);
    return withs.isEmpty() ? body : "WITH " + String.join(", ", withs) + " " + body;
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  private String compound() {
    int columns = 1 + random.nextInt(2);
    StringBuilder text = new StringBuilder(core(columns));
    for (int i = random.nextInt(2); i >= 0; i--) {
      text.append(" ").append(pick(List.of("UNION", "UNION ALL", "EXCEPT", "INTERSECT")));
      text.append(" ").append(core(columns));
    }
    if (random.nextInt(3) == 0) {
      text.append(" ORDER BY 1").append(direction());
      for (int i = 2; i <= columns; i++) {
        text.append(", ").append(i).append(direction());
      }
    }
    return text.toString();
  }

  private String core(int columns) {
    Source source = from(2);
    List<String> items = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      items.add("quote(" + expression(source.columns, 2) + ")");
    }
    return "SELECT " + String.join(", ", items) + " FROM " + source.from + where(source, 2);
  }

  /** A whole SELECT; one column without its type where it is to be a value. */
  private String select(List<String> outer, int depth, boolean value) {
    Source source = from(depth);
    List<String> columns = new ArrayList<>(source.columns);
    columns.addAll(outer);
    Source visible = new Source(source.from, columns);
    boolean grouped = random.nextInt(4) == 0;
    List<String> items = new ArrayList<>();
    String groups = "";
    if (grouped) {
      String key = random.nextBoolean() ? pick(source.columns) : expression(source.columns, 1);
      groups = " GROUP BY " + (key.matches("-?\\d+") ? pick(source.columns) : key);
      items.add(value ? aggregate(source.columns, depth) : groups.substring(10));
      items.add(aggregate(source.columns, depth));
      groups += random.nextInt(3) == 0 ? " HAVING " + aggregate(source.columns, 1) + " > 1" : "";
    } else if (random.nextInt(6) == 0) {
      items.add(aggregate(source.columns, depth));
    } else {
      for (int i = value ? 0 : random.nextInt(3); i >= 0; i--) {
        items.add(
            !value && random.nextInt(10) == 0
                ? window(source.columns)
                : expression(columns, depth));
      }
    }
    if (value) {
      return "SELECT "
          + items.getFirst()
          + " FROM "
          + source.from
          + where(visible, depth - 1)
          + groups;
    }
    return outermost(
        items,
        source.from + where(visible, depth) + groups,
        source,
        depth == 3 && !grouped && groups.isEmpty());
  }

  private String outermost(List<String> items, String rest, Source source, boolean free) {
    List<String> shown = new ArrayList<>();
    for (String item : items) {
      shown.add(item);
      if (free && random.nextBoolean()) {
        shown.add("typeof(" + item + ")");
      }
    }
    boolean star = free && random.nextInt(12) == 0;
    boolean limited = random.nextInt(4) == 0;
    StringBuilder text = new StringBuilder("SELECT ");
    text.append(random.nextInt(8) == 0 ? "DISTINCT " : "");
    text.append(star ? "*" : String.join(", ", shown)).append(" FROM ").append(rest);
    if (limited || random.nextInt(3) == 0) {
      ordered = true;
      int width = star ? source.columns.size() : shown.size();
      List<String> keys = new ArrayList<>();
      if (free && !text.toString().contains("DISTINCT") && random.nextBoolean()) {
        keys.add(expression(source.columns, 1) + " + 0" + direction());
      }
      for (int i = 1; i <= width; i++) {
        keys.add(i + direction());
      }
      text.append(" ORDER BY ").append(String.join(", ", keys));
      if (limited) {
        text.append(" LIMIT ").append(random.nextInt(6));
        text.append(random.nextBoolean() ? " OFFSET " + random.nextInt(3) : "");
      }
    }
    return text.toString();
  }

  private String direction() {
    return pick(
        List.of(
            "",
            "",
            " ASC",
            " DESC",
            " DESC NULLS LAST",
            " NULLS LAST",
            " ASC NULLS FIRST",
            " DESC NULLS FIRST"));
  }

  private Source from(int depth) {
    Source left = table(depth);
    if (random.nextInt(5) < 3) {
      return left;
    }
    Source right = table(depth);
    List<String> both = new ArrayList<>(left.columns);
    both.addAll(right.columns);
    boolean keyed = left.columns.size() > 1 && right.columns.size() > 1;
    if (keyed && random.nextInt(5) == 0) {
      String kind = random.nextBoolean() ? " JOIN " : " LEFT JOIN ";
      return new Source(left.from + kind + right.from + " USING (id)", both);
    }
    return switch (random.nextInt(5)) {
      case 0 -> new Source(left.from + ", " + right.from, both);
      case 1 -> new Source(left.from + " CROSS JOIN " + right.from, both);
      case 2 ->
          new Source(left.from + " LEFT JOIN " + right.from + " ON " + condition(both, 1), both);
      case 3 ->
          new Source(
              left.from
                  + " LEFT OUTER JOIN "
                  + right.from
                  + " ON "
                  + pick(left.columns)
                  + " = "
                  + pick(right.columns),
              both);
      default ->
          new Source(
              left.from
                  + " JOIN "
                  + right.from
                  + " ON "
                  + pick(left.columns)
                  + " = "
                  + pick(right.columns),
              both);
    };
  }

  private Source table(int depth) {
    String alias = pick(List.of("p", "q", "\"from\"", "k")).replace("\"from\"", "from") + names++;
    List<String> columns =
        switch (random.nextInt(3)) {
          case 0 -> List.of("id", "n", "r", "s", "m");
          case 1 -> List.of("id", "n", "t", "\"order\"", "x");
          default -> List.of("id", "\"a b\"", "n", "`group`");
        };
    String name = columns.contains("r") ? "a" : columns.contains("t") ? "b" : "\"select\"";
    if (depth > 1 && random.nextInt(8) == 0) {
      String inner = select(List.of(), 1, true);
      if (random.nextBoolean()) {
        withs.add("w" + alias + "(c) AS (" + inner + ")");
        return new Source("w" + alias + " AS " + alias, List.of(alias + ".c"));
      }
      return new Source(
          "(" + inner.replaceFirst(" FROM ", " AS c FROM ") + ") AS " + alias,
          List.of(alias + ".c"));
    }
    List<String> qualified = columns.stream().map(column -> alias + "." + column).toList();
    return new Source(name + (random.nextBoolean() ? " AS " : " ") + alias, qualified);
  }

  private String where(Source source, int depth) {
    return random.nextInt(3) == 0 ? "" : " WHERE " + condition(source.columns, Math.max(depth, 1));
  }

  private String aggregate(List<String> columns, int depth) {
    String inner = expression(columns, Math.max(1, depth - 1));
    return switch (random.nextInt(9)) {
      case 0 -> "count(*)";
      case 1 -> "count(DISTINCT " + inner + ")";
      case 2 -> "sum(" + pick(columns) + ")";
      case 3 -> "avg(" + pick(columns) + ")";
      case 4 -> "min(" + inner + ")";
      case 5 -> "max(" + inner + ")";
      case 6 -> "total(" + pick(columns) + ")";
      case 7 -> "count(" + inner + ") FILTER (WHERE " + condition(columns, 1) + ")";
      default -> "count(" + inner + ")";
    };
  }

  private String window(List<String> columns) {
    String over =
        " OVER ("
            + (random.nextBoolean() ? "PARTITION BY " + pick(columns) + " " : "")
            + "ORDER BY "
            + String.join(", ", columns)
            + ")";
    return switch (random.nextInt(5)) {
      case 0 -> "rank()" + over;
      case 1 -> "sum(" + pick(columns) + ")" + over;
      case 2 -> "lag(" + pick(columns) + ")" + over;
      case 3 -> "count(*)" + over;
      default -> "first_value(" + pick(columns) + ")" + over;
    };
  }

  private String condition(List<String> columns, int depth) {
    String left = expression(columns, depth - 1);
    return switch (random.nextInt(13)) {
      case 0 -> left + " IS NULL";
      case 1 -> left + " IS NOT NULL";
      case 2 ->
          left
              + (random.nextBoolean() ? " NOT" : "")
              + " BETWEEN "
              + expression(columns, 0)
              + " AND "
              + expression(columns, 0);
      case 3 ->
          left
              + (random.nextBoolean() ? " NOT" : "")
              + " IN ("
              + expression(columns, 0)
              + ", "
              + expression(columns, 0)
              + ")";
      case 4 ->
          left
              + (random.nextBoolean() ? " LIKE " : " NOT LIKE ")
              + pick(List.of("'a%'", "'%b%'", "'_'", "'A_c'", "'1%'"));
      case 5 ->
          depth > 1
              ? "(" + condition(columns, depth - 1) + " AND " + condition(columns, depth - 1) + ")"
              : left + " IS " + expression(columns, 0);
      case 6 ->
          depth > 1
              ? "("
                  + condition(columns, depth - 1)
                  + " OR NOT "
                  + condition(columns, depth - 1)
                  + ")"
              : left + " IS NOT " + expression(columns, 0);
      case 7 -> depth > 1 ? "EXISTS (" + select(columns, 1, true) + ")" : left;
      case 8 ->
          depth > 1
              ? left
                  + (random.nextBoolean() ? " NOT" : "")
                  + " IN ("
                  + select(columns, 1, true)
                  + ")"
              : left + " <> 1";
      case 9 -> pick(columns) + " = " + expression(columns, 0) + " COLLATE NOCASE";
      default ->
          left
              + " "
              + pick(List.of("=", "<>", "<", "<=", ">", ">=", "==", "!="))
              + " "
              + expression(columns, depth - 1);
    };
  }

  /** Operators without parentheses. */
  private String chain(List<String> columns) {
    StringBuilder text = new StringBuilder(atom(columns));
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      text.append(" ")
          .append(
              pick(
                  List.of(
                      "+", "-", "*", "/", "%", "||", "&", "|", "<<", ">>", "<", ">=", "=", "<>",
                      "IS", "AND", "OR", "LIKE", "IS NOT")))
          .append(random.nextInt(8) == 0 ? " NOT " : " ")
          .append(atom(columns));
    }
    return text.toString();
  }

  private String atom(List<String> columns) {
    return pick(List.of("", "", "", "-", "~", "+"))
        + pick(
            random.nextBoolean()
                ? columns
                : List.of("1", "2", "3", "10", "'a'", "'1'", "NULL", "0.5"));
  }

  private String expression(List<String> columns, int depth) {
    if (depth <= 0 || random.nextInt(3) == 0) {
      return switch (random.nextInt(8)) {
        case 0 -> pick(NUMBERS);
        case 1 -> pick(TEXTS);
        case 2 -> pick(OTHERS);
        default -> pick(columns);
      };
    }
    String one = expression(columns, depth - 1);
    String two = expression(columns, depth - 1);
    return switch (random.nextInt(16)) {
      case 0, 1 -> "(" + one + " " + pick(List.of("+", "-", "*", "/", "%")) + " " + two + ")";
      case 2 -> one + " || " + two;
      case 3 -> "(" + condition(columns, depth) + ")";
      case 4 -> "CASE WHEN " + condition(columns, depth) + " THEN " + one + " ELSE " + two + " END";
      case 5 -> "CASE " + one + " WHEN " + two + " THEN 1 WHEN 1 THEN 'x' END";
      case 6 -> "COALESCE(" + one + ", " + two + ")";
      case 7 ->
          "CAST("
              + one
              + " AS "
              + pick(List.of("INTEGER", "TEXT", "REAL", "NUMERIC", "BLOB"))
              + ")";
      case 8 ->
          pick(
                  List.of(
                      "abs", "length", "upper", "lower", "typeof", "hex", "trim", "unicode",
                      "quote", "-", "+", "NOT ", "~"))
              + "("
              + one
              + ")";
      case 9 ->
          pick(List.of("nullif", "ifnull", "max", "min", "instr", "iif"))
                  .replace("iif", "iif(1, ")
                  .replaceAll("^(?!iif)(.*)$", "$1(")
              + one
              + ", "
              + two
              + ")";
      case 14 -> "(" + chain(columns) + ")";
      case 10 -> "substr(" + one + ", 1, 2)";
      case 11 -> "round(" + one + ", 1)";
      case 12 -> depth > 1 ? "(" + select(columns, 1, true) + " LIMIT 1)" : one;
      case 13 ->
          "(" + one + " " + pick(List.of("&", "|", "<<", ">>", "IS", "IS NOT")) + " " + two + ")";
      default -> "replace(" + one + ", 'a', 'z')";
    };
  }
}
