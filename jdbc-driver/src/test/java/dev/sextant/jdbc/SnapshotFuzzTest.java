package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorCodec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.SQLiteConfig;

/**
 * Two connections of ours and a foreign one change rows, transactions and the schema of one file in
 * random order. Whenever one of ours searches, the rows that the same connection reads in the same
 * snapshot, ordered by their distance, are the answer.
 */
class SnapshotFuzzTest {
  private static final int STEPS = 250;
  private static final int IDS = 30;
  private static final Map<String, Metric> METRICS =
      Map.of("<->", Metric.L2, "<=>", Metric.COSINE, "<#>", Metric.INNER_PRODUCT, "<+>", Metric.L1);

  /** What a writer may meet: another writer, a stale snapshot, a constraint, a changed schema. */
  private static final Set<String> EXPECTED =
      Set.of(
          "55P03", "40001", "23505", "23514", "23000", "42P01", "42703", "42P07", "22P03", "25000");

  @TempDir Path folder;

  private record Neighbour(long id, double distance) {}

  private record Table(String name, String key, String vector, int dims) {}

  static LongStream seeds() {
    Long given = Long.getLong("seed");
    return given != null ? LongStream.of(given) : LongStream.range(0, Long.getLong("runs", 60));
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void findsWhatItsOwnSnapshotHolds(long seed) throws SQLException {
    try (Run run = new Run(folder.resolve("fuzz.db"), new Random(seed))) {
      for (int step = 0; step < STEPS; step++) {
        run.step();
      }
      assertThat(run.inMemory).as("searches in memory").isPositive();
    }
  }

  /** A connection, its state and its statements. */
  private static final class Party {
    final String name;
    final Connection connection;
    final Map<String, PreparedStatement> prepared = new HashMap<>();
    boolean byCall;
    boolean bySql;
    int savepoints;

    Party(String name, Connection connection) {
      this.name = name;
      this.connection = connection;
    }

    boolean foreign() {
      return name.equals("foreign");
    }

    boolean inTransaction() {
      return byCall || bySql;
    }
  }

  private static final class Run implements AutoCloseable {
    final Random random;
    final List<Party> ours = new ArrayList<>();
    final Party foreign;
    final List<String> history = new ArrayList<>();
    int columns;
    int inMemory;

    Run(Path file, Random random) throws SQLException {
      this.random = random;
      String url = "jdbc:sextant:" + file + "?synchronous=off&busy_timeout=0";
      ours.add(new Party("first", DriverManager.getConnection(url)));
      ours.add(new Party("second", DriverManager.getConnection(url)));
      SQLiteConfig config = new SQLiteConfig();
      config.setBusyTimeout(0);
      config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
      foreign = new Party("foreign", config.createConnection("jdbc:sqlite:" + file));
      change(ours.getFirst(), create());
    }

    @Override
    public void close() throws SQLException {
      for (Party party : ours) {
        party.connection.close();
      }
      foreign.connection.close();
    }

    void step() throws SQLException {
      Party party = ours.get(random.nextInt(2));
      int dice = random.nextInt(100);
      if (dice < 32) {
        search(party);
      } else if (dice < 56) {
        write(party);
      } else if (dice < 74) {
        write(foreign);
      } else if (dice < 90) {
        transact(random.nextInt(6) == 0 ? foreign : party);
      } else if (dice < 96) {
        savepoint(party);
      } else {
        define(party);
      }
    }

    void change(Party party, String sql) throws SQLException {
      history.add(party.name + ": " + sql);
      try (Statement statement = party.connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException failure) {
        history.add("  " + failure.getMessage());
        if (!party.foreign()) {
          assertThat(EXPECTED).as(this::told).contains(failure.getSQLState());
        }
      }
    }

    String told() {
      int last = history.size();
      return String.join("\n", history.subList(Math.max(0, last - 60), last));
    }

    String create() {
      String unique = random.nextBoolean() ? " UNIQUE" : "";
      int dims = 2 + random.nextInt(2);
      return "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, u INTEGER"
          + unique
          + ", n INTEGER, emb VECTOR("
          + dims
          + "))";
    }

    /** The table as the party sees it now; null where it does not. */
    @Nullable Table table(Party party) throws SQLException {
      String name;
      try (Statement statement = party.connection.createStatement();
          ResultSet rows =
              statement.executeQuery("SELECT name FROM sqlite_schema WHERE name IN ('t', 't2')")) {
        if (!rows.next()) {
          return null;
        }
        name = rows.getString(1);
      }
      String key = "";
      String vector = "";
      int dims = 0;
      try (Statement statement = party.connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT name, type, pk FROM pragma_table_info('" + name + "')")) {
        while (rows.next()) {
          String type = rows.getString(2);
          if (rows.getInt(3) == 1) {
            key = rows.getString(1);
          } else if (type.startsWith("VECTOR(") && vector.isEmpty()) {
            vector = rows.getString(1);
            dims = Integer.parseInt(type.substring(7, type.length() - 1));
          }
        }
      }
      return new Table(name, key, vector, dims);
    }

    void write(Party party) throws SQLException {
      Table t = table(party);
      if (t == null) {
        if (!party.foreign()) {
          change(party, create());
        }
        return;
      }
      String or =
          switch (random.nextInt(4)) {
            case 0 -> " OR REPLACE";
            case 1 -> " OR IGNORE";
            default -> "";
          };
      int id = 1 + random.nextInt(IDS);
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> change(party, insert(party, t, or));
        case 4 ->
            change(
                party,
                "UPDATE"
                    + or
                    + " "
                    + t.name
                    + " SET "
                    + t.vector
                    + " = "
                    + vector(party, t)
                    + " WHERE n = "
                    + random.nextInt(5));
        case 5 ->
            change(
                party,
                "UPDATE" + or + " " + t.name + " SET u = " + u() + " WHERE " + t.key + " = " + id);
        case 6 ->
            change(
                party,
                "UPDATE"
                    + or
                    + " "
                    + t.name
                    + " SET "
                    + t.key
                    + " = "
                    + (1 + random.nextInt(IDS))
                    + " WHERE "
                    + t.key
                    + " = "
                    + id);
        case 7 -> change(party, "UPDATE " + t.name + " SET n = n + 1 WHERE n < 3");
        case 8 -> change(party, "DELETE FROM " + t.name + " WHERE " + t.key + " = " + id);
        default ->
            change(
                party,
                "DELETE FROM "
                    + t.name
                    + (random.nextInt(3) == 0 ? "" : " WHERE n = " + random.nextInt(5)));
      }
    }

    String insert(Party party, Table t, String or) {
      StringBuilder rows = new StringBuilder();
      for (int i = random.nextInt(8); i >= 0; i--) {
        rows.append(rows.isEmpty() ? "" : ", ")
            .append("(")
            .append(random.nextInt(4) == 0 ? "NULL" : 1 + random.nextInt(IDS))
            .append(", ")
            .append(u())
            .append(", ")
            .append(random.nextInt(5))
            .append(", ")
            .append(vector(party, t))
            .append(")");
      }
      return "INSERT"
          + or
          + " INTO "
          + t.name
          + "("
          + t.key
          + ", u, n, "
          + t.vector
          + ") VALUES "
          + rows;
    }

    String u() {
      return random.nextInt(3) == 0 ? "NULL" : String.valueOf(random.nextInt(IDS));
    }

    String vector(Party party, Table t) {
      if (random.nextInt(8) == 0) {
        return "NULL";
      }
      float[] numbers = numbers(t.dims);
      if (!party.foreign() && random.nextBoolean()) {
        return "'" + Arrays.toString(numbers) + "'";
      }
      return "x'" + HexFormat.of().formatHex(VectorCodec.encode(numbers)) + "'";
    }

    float[] numbers(int dims) {
      float[] numbers = new float[dims];
      for (int i = 0; i < dims; i++) {
        numbers[i] = random.nextInt(5) - 2;
      }
      return numbers;
    }

    void transact(Party party) throws SQLException {
      if (!party.inTransaction()) {
        if (!party.foreign() && random.nextBoolean()) {
          history.add(party.name + ": setAutoCommit(false)");
          party.connection.setAutoCommit(false);
          party.byCall = true;
        } else {
          change(party, random.nextInt(3) == 0 ? "BEGIN IMMEDIATE" : "BEGIN");
          party.bySql = true;
        }
        return;
      }
      String end = random.nextInt(3) == 0 ? "ROLLBACK" : "COMMIT";
      if (party.bySql) {
        change(party, end);
        change(party, "ROLLBACK");
      } else {
        history.add(party.name + ": " + end + " by call");
        if (end.equals("COMMIT")) {
          party.connection.commit();
        } else {
          party.connection.rollback();
        }
        party.connection.setAutoCommit(true);
      }
      party.byCall = false;
      party.bySql = false;
      party.savepoints = 0;
    }

    void savepoint(Party party) throws SQLException {
      if (!party.inTransaction()) {
        return;
      }
      if (party.savepoints == 0 || random.nextInt(3) == 0) {
        party.savepoints++;
        change(party, "SAVEPOINT s" + party.savepoints);
      } else if (random.nextInt(3) > 0) {
        change(party, "ROLLBACK TO s" + (1 + random.nextInt(party.savepoints)));
      } else {
        change(party, "RELEASE s" + party.savepoints);
        party.savepoints--;
      }
    }

    void define(Party party) throws SQLException {
      Table t = table(party);
      if (t == null) {
        change(party, create());
        return;
      }
      columns++;
      switch (random.nextInt(9)) {
        case 0 -> change(party, "ALTER TABLE " + t.name + " ADD COLUMN c" + columns);
        case 1 -> change(party, "ALTER TABLE " + t.name + " ADD COLUMN v" + columns + " VECTOR(2)");
        case 2, 3 -> {
          change(party, "DROP TABLE " + t.name);
          if (random.nextBoolean()) {
            change(party, create());
          }
        }
        case 4 ->
            change(
                party, "ALTER TABLE " + t.name + " RENAME TO " + (t.name.equals("t") ? "t2" : "t"));
        case 5 ->
            change(party, "ALTER TABLE " + t.name + " RENAME COLUMN " + t.key + " TO k" + columns);
        case 6 ->
            change(
                party, "ALTER TABLE " + t.name + " RENAME COLUMN " + t.vector + " TO e" + columns);
        case 7 -> change(party, "CREATE UNIQUE INDEX IF NOT EXISTS ux ON " + t.name + "(u)");
        default -> {
          if (!party.inTransaction() && !ours.stream().anyMatch(Party::inTransaction)) {
            change(party, "VACUUM");
          }
        }
      }
    }

    void search(Party party) throws SQLException {
      Table t = table(party);
      if (t == null) {
        return;
      }
      String operator = List.of("<->", "<=>", "<#>", "<+>").get(random.nextInt(4));
      String filter = List.of("", "", " WHERE n < 3", " WHERE u IS NULL").get(random.nextInt(4));
      int k = 1 + random.nextInt(random.nextInt(3) == 0 ? 40 : 5);
      float[] query = numbers(t.dims);
      String sql =
          "SELECT "
              + t.key
              + ", "
              + t.vector
              + " "
              + operator
              + " ? AS d FROM "
              + t.name
              + filter
              + " ORDER BY d LIMIT ?";
      history.add(party.name + ": " + sql + " with " + Arrays.toString(query) + ", " + k);
      List<Neighbour> expected =
          brute(party, t, filter, Objects.requireNonNull(METRICS.get(operator)), query);
      List<Neighbour> found = new ArrayList<>();
      try {
        PreparedStatement search = party.prepared.get(sql);
        if (search == null || random.nextInt(3) == 0) {
          search = party.connection.prepareStatement(sql);
          party.prepared.put(sql, search);
        }
        search.setObject(1, query);
        search.setInt(2, k);
        try (ResultSet rows = search.executeQuery()) {
          while (rows.next()) {
            found.add(new Neighbour(rows.getLong(1), rows.getDouble(2)));
          }
        }
        if (search.getWarnings() == null) {
          inMemory++;
        } else {
          history.add("  " + search.getWarnings().getMessage());
        }
      } catch (SQLException failure) {
        throw new AssertionError(told(), failure);
      }
      assertThat(found).as(this::told).isEqualTo(expected.subList(0, Math.min(k, expected.size())));
    }

    static List<Neighbour> brute(Party party, Table t, String filter, Metric metric, float[] query)
        throws SQLException {
      List<Neighbour> all = new ArrayList<>();
      try (Statement statement = party.connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT " + t.key + ", " + t.vector + " FROM " + t.name + filter)) {
        while (rows.next()) {
          byte[] blob = rows.getBytes(2);
          if (blob != null) {
            double distance = metric.distance(query, VectorCodec.decode(blob));
            if (!Double.isNaN(distance)) {
              all.add(new Neighbour(rows.getLong(1), distance));
            }
          }
        }
      }
      all.sort(Comparator.comparingDouble(Neighbour::distance).thenComparingLong(Neighbour::id));
      return all;
    }
  }
}
