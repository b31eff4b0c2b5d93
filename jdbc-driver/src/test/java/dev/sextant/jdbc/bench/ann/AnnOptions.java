package dev.sextant.jdbc.bench.ann;

import java.util.List;
import java.util.Set;

/**
 * What the benchmark is told.
 *
 * @param rows at most so many rows of a data set; 0 for all
 * @param data names of data sets
 * @param peers {@code all} that are there, {@code java} for those in Java, {@code none}
 * @param rounds how often each point is measured, after one round that warms up
 * @param parts what is measured; building by one thread and searching always are
 * @param write whether the report goes to {@code docs/benchmarks}
 */
record AnnOptions(
    int rows, List<String> data, String peers, int rounds, Set<String> parts, boolean write) {
  private static final List<String> DATA = List.of("wordnet", "fashion");
  private static final List<String> PARTS = List.of("search", "two-threads", "filters", "ingest");
  private static final String USAGE =
      "expected --rows N, --data wordnet|fashion|all, --peers all|java|none, --rounds N,"
          + " --parts search,two-threads,filters,ingest, --write; got ";

  static AnnOptions of(String[] args) {
    AnnOptions options = new AnnOptions(0, DATA, "all", 5, Set.copyOf(PARTS), false);
    for (int i = 0; i < args.length; i++) {
      String option = args[i];
      if (option.equals("--write")) {
        options = options.written();
      } else if (i + 1 == args.length) {
        throw new IllegalArgumentException(USAGE + "\"" + option + "\"");
      } else {
        options = options.with(option, args[++i]);
      }
    }
    return options;
  }

  private AnnOptions written() {
    return new AnnOptions(rows, data, peers, rounds, parts, true);
  }

  private AnnOptions with(String option, String value) {
    return switch (option) {
      case "--rows" -> new AnnOptions(Integer.parseInt(value), data, peers, rounds, parts, write);
      case "--rounds" -> new AnnOptions(rows, data, peers, Integer.parseInt(value), parts, write);
      case "--data" ->
          new AnnOptions(
              rows, value.equals("all") ? DATA : choices(value, DATA), peers, rounds, parts, write);
      case "--peers" ->
          new AnnOptions(
              rows,
              data,
              choices(value, List.of("all", "java", "none")).getFirst(),
              rounds,
              parts,
              write);
      case "--parts" ->
          new AnnOptions(rows, data, peers, rounds, Set.copyOf(choices(value, PARTS)), write);
      default -> throw new IllegalArgumentException(USAGE + "\"" + option + "\"");
    };
  }

  private static List<String> choices(String value, List<String> known) {
    List<String> chosen = List.of(value.split(",", -1));
    if (!known.containsAll(chosen)) {
      throw new IllegalArgumentException(USAGE + "\"" + value + "\"");
    }
    return chosen;
  }
}
