package dev.sextant.jdbc.bench.cache;

/**
 * What the benchmark is told.
 *
 * @param entries how many vectors
 * @param texts how many texts are embedded; 0 for none
 * @param write whether the report goes to {@code docs/benchmarks}
 */
record Options(int entries, int texts, boolean write) {
  private static final String USAGE = "expected --rows N, --texts N, --write; got ";

  static Options of(String[] args) {
    Options options = new Options(100_000, 1_000, false);
    for (int i = 0; i < args.length; i++) {
      String option = args[i];
      if (option.equals("--write")) {
        options = new Options(options.entries, options.texts, true);
      } else if (i + 1 == args.length) {
        throw new IllegalArgumentException(USAGE + "\"" + option + "\"");
      } else {
        int value = Integer.parseInt(args[++i]);
        options =
            switch (option) {
              case "--rows" -> new Options(value, options.texts, options.write);
              case "--texts" -> new Options(options.entries, value, options.write);
              default -> throw new IllegalArgumentException(USAGE + "\"" + option + "\"");
            };
      }
    }
    return options;
  }
}
