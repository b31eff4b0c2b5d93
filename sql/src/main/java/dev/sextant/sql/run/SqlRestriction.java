package dev.sextant.sql.run;

import dev.sextant.engine.vector.FilterStatistics;
import dev.sextant.engine.vector.RowRestriction;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A filter's rows in one execution: SQLite gives their ids, all in one value, or checks some. */
final class SqlRestriction implements RowRestriction {
  /** Beyond it ids are read one by one, so that no value of SQLite's gets too long. */
  private static final int MAX_IDS_IN_A_VALUE = 10_000_000;

  /** Rows that are checked for an estimate before the first execution. */
  private static final int SAMPLE = 64;

  private final Step.Restriction step;
  private final List<@Nullable Object> values;
  private final SubStatements statements;
  private final RowIdCache cache;
  private final int key;
  private @Nullable Known known;

  /**
   * A filter.
   *
   * @param values of the parameters of {@code step.all()}
   */
  SqlRestriction(
      Step.Restriction step,
      List<@Nullable Object> values,
      SubStatements statements,
      RowIdCache cache) {
    this.step = step;
    this.values = values;
    this.statements = statements;
    this.cache = cache;
    this.key = Arrays.deepHashCode(values.toArray());
  }

  /**
   * What earlier executions left.
   *
   * @param ids those that an execution with the same parameters read
   * @param slice the rows in the range, where executions with others made it worth while to know
   */
  private record Known(Optional<long[]> ids, Optional<KeysByNumber.Slice> slice) {}

  @Override
  public Optional<long[]> knownIds() {
    Known now = known();
    return now.ids().isPresent() ? now.ids() : now.slice().map(KeysByNumber.Slice::ascending);
  }

  @Override
  public OptionalLong knownCount() {
    Known now = known();
    if (now.ids().isPresent()) {
      return OptionalLong.of(now.ids().get().length);
    }
    return now.slice().map(rows -> OptionalLong.of(rows.count())).orElse(OptionalLong.empty());
  }

  private Known known() {
    Known now = known;
    if (now == null) {
      Optional<long[]> ids =
          step.lasting() ? cache.get(step.all().sql(), values) : Optional.empty();
      now = new Known(ids, ids.isPresent() ? Optional.empty() : slice());
      known = now;
    }
    return now;
  }

  private Optional<KeysByNumber.Slice> slice() {
    Step.NumberRange range = step.range();
    return range == null
        ? Optional.empty()
        : cache
            .order(range.numbers().sql())
            .flatMap(order -> order.within(range, value(range.low()), value(range.high())));
  }

  private @Nullable Object value(Step.@Nullable End end) {
    return end == null ? null : values.get(step.all().parameters().indexOf(end.parameter()));
  }

  /**
   * When as many ids have been read as it costs to read all keys with their numbers, these are read
   * and kept: at most twice the cost of whichever would have been the better from the beginning.
   */
  private void learnRange(int count) {
    Step.NumberRange range = step.range();
    if (range == null) {
      return;
    }
    int cost = readsWholeTable() ? RowIdCache.A_TABLE : count;
    int afford = cache.affords(range.numbers().sql(), cost);
    if (afford == 0) {
      return;
    }
    SqliteStatement rows =
        statements.get(
            "SELECT id, number FROM ("
                + range.numbers().sql()
                + ") WHERE number IS NOT NULL ORDER BY 2, 1");
    try {
      KeysByNumber.read(rows, afford)
          .ifPresent(order -> cache.putOrder(range.numbers().sql(), order));
    } finally {
      rows.reset();
    }
  }

  @Override
  public Optional<long[]> ids(int most) {
    long[] ids = most < MAX_IDS_IN_A_VALUE ? inOneValue(most + 1) : oneByOne();
    if (most < MAX_IDS_IN_A_VALUE && ids.length > most) {
      return Optional.empty();
    }
    long[] distinct = ascending(ids);
    if (step.lasting()) {
      cache.put(step.all().sql(), values, distinct);
      learnRange(distinct.length);
    }
    return Optional.of(distinct);
  }

  private long[] inOneValue(int limit) {
    SqliteStatement statement =
        statements.get(
            "SELECT CAST(group_concat(id) AS BLOB) FROM (" + step.all().sql() + " LIMIT ?)");
    try {
      bind(statement);
      statement.bind(values.size() + 1, (long) limit);
      byte[] text = statement.step() ? statement.getBlob(0) : null;
      return text == null ? new long[0] : numbers(text);
    } finally {
      statement.reset();
    }
  }

  private void bind(SqliteStatement statement) {
    for (int i = 0; i < values.size(); i++) {
      statement.bind(i + 1, values.get(i));
    }
  }

  private long[] oneByOne() {
    SqliteStatement statement = statements.get(step.all().sql());
    LongStream.Builder ids = LongStream.builder();
    try {
      bind(statement);
      while (statement.step()) {
        if (statement.type(0) != SqliteStatement.NULL) {
          ids.add(statement.getLong(0));
        }
      }
    } finally {
      statement.reset();
    }
    return ids.build().toArray();
  }

  /** Whole numbers with commas between. */
  private static long[] numbers(byte[] text) {
    long[] numbers = new long[text.length / 2 + 1];
    int count = 0;
    int at = 0;
    while (at < text.length) {
      boolean negative = text[at] == '-';
      long value = 0;
      for (at += negative ? 1 : 0; at < text.length && text[at] != ','; at++) {
        value = value * 10 + (text[at] - '0');
      }
      numbers[count++] = negative ? -value : value;
      at++;
    }
    return Arrays.copyOf(numbers, count);
  }

  private static long[] ascending(long[] ids) {
    boolean sorted = true;
    for (int i = 1; i < ids.length && sorted; i++) {
      sorted = ids[i - 1] < ids[i];
    }
    if (sorted) {
      return ids;
    }
    Arrays.sort(ids);
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      if (i == 0 || ids[i] != ids[i - 1]) {
        ids[count++] = ids[i];
      }
    }
    return Arrays.copyOf(ids, count);
  }

  @Override
  public boolean keepsIds() {
    return step.lasting();
  }

  @Override
  public boolean checksRows() {
    return step.check() != null;
  }

  @Override
  public long[] matching(long[] candidates) {
    SubSql check = Objects.requireNonNull(step.check());
    SqliteStatement statement = statements.get(check.sql());
    LongStream.Builder matching = LongStream.builder();
    try {
      int given = 0;
      for (int i = 0; i < check.parameters().size(); i++) {
        boolean ids = check.parameters().get(i) == step.candidates();
        statement.bind(i + 1, ids ? Arrays.toString(candidates) : values.get(given));
        given += ids ? 0 : 1;
      }
      while (statement.step()) {
        matching.add(statement.getLong(0));
      }
    } finally {
      statement.reset();
    }
    return matching.build().toArray();
  }

  @Override
  public boolean readsWholeTable() {
    return step.statistics().readsWholeTable(this::scans);
  }

  /** Whether SQLite plans to look at every row of a table or of an index. */
  private boolean scans() {
    boolean scans = false;
    SqliteStatement plan = statements.get("EXPLAIN QUERY PLAN " + step.all().sql());
    try {
      bind(plan);
      while (plan.step()) {
        String line = String.valueOf(plan.getText(3));
        scans |=
            line.startsWith("SCAN ")
                && !line.contains("VIRTUAL TABLE")
                && !line.contains("CONSTANT ROW");
      }
    } finally {
      plan.reset();
    }
    return scans;
  }

  /** Checks some rows from all over the table, if nothing is known of the filter yet. */
  void sample(VectorColumn column) {
    if (!checksRows() || statistics().isKnown()) {
      return;
    }
    String key = ChangeLog.quote(column.key());
    String table = "main." + ChangeLog.quote(column.table());
    LongStream.Builder sample = LongStream.builder();
    SqliteStatement keys =
        statements.get(
            "WITH RECURSIVE e(low, step) AS (SELECT min("
                + key
                + "), max(1, (max("
                + key
                + ") - min("
                + key
                + ")) / "
                + SAMPLE
                + ") FROM "
                + table
                + "), n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < "
                + (SAMPLE - 1)
                + ") SELECT DISTINCT (SELECT min("
                + key
                + ") FROM "
                + table
                + " WHERE "
                + key
                + " >= e.low + n.i * e.step) FROM n, e");
    try {
      while (keys.step()) {
        if (keys.type(0) != SqliteStatement.NULL) {
          sample.add(keys.getLong(0));
        }
      }
    } finally {
      keys.reset();
    }
    long[] rows = sample.build().toArray();
    statistics().sampled(rows.length, matching(rows).length);
  }

  @Override
  public FilterStatistics.Of statistics() {
    return step.statistics().of(key);
  }
}
