package dev.sextant.jdbc.shell;

import java.util.List;

/**
 * What the demo is asked to do.
 *
 * @param rows glosses wanted; {@link Integer#MAX_VALUE} for all
 * @param database the file, or a whole URL
 */
record DemoOptions(int rows, String database) {

  private static final int DEFAULT_ROWS = 3_000;
  private static final String DEFAULT_DATABASE = "sextant-demo.db";

  /**
   * Reads {@code [--rows N|all] [--db path]}.
   *
   * @throws IllegalArgumentException naming the argument that is wrong
   */
  static DemoOptions parse(List<String> args) {
    int rows = DEFAULT_ROWS;
    String database = DEFAULT_DATABASE;
    for (int i = 0; i < args.size(); i += 2) {
      String option = args.get(i);
      if (!option.equals("--rows") && !option.equals("--db")) {
        throw new IllegalArgumentException(
            "demo has no option \"" + option + "\", only --rows N|all and --db PATH");
      }
      if (i + 1 == args.size()) {
        throw new IllegalArgumentException("option " + option + " expects a value");
      }
      if (option.equals("--rows")) {
        rows = rows(args.get(i + 1));
      } else {
        database = args.get(i + 1);
      }
    }
    return new DemoOptions(rows, database);
  }

  private static int rows(String value) {
    if (value.equals("all")) {
      return Integer.MAX_VALUE;
    }
    try {
      int rows = Integer.parseInt(value.replace("_", "").replace(",", ""));
      if (rows > 0) {
        return rows;
      }
    } catch (NumberFormatException notNumber) {
      // Said below, as for a number that is too small.
    }
    throw new IllegalArgumentException(
        "--rows expects a number from 1, or all, but got \"" + value + "\"");
  }
}
