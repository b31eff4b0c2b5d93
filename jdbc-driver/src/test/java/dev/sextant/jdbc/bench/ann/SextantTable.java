package dev.sextant.jdbc.bench.ann;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The table that all measurements of ours use: {@code t(id, bucket, embedding)}, the bucket a
 * random number below {@value #BUCKETS} with an ordinary index.
 */
final class SextantTable {
  static final int BUCKETS = 10_000;
  static final String INSERT = "INSERT INTO t(id, bucket, embedding) VALUES (?, ?, ?)";
  private static final int BATCH = 1_000;

  private SextantTable() {}

  /** The bucket of each row, the same each time. */
  static int[] buckets(int rows) {
    return new Random(7).ints(rows, 0, BUCKETS).toArray();
  }

  /** Creates a database with the rows of a data set and no vector index. */
  static void create(Path file, Dataset data) throws SQLException {
    int[] buckets = buckets(data.base().length);
    try (Connection connection = open(file, "");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE t(id INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, embedding VECTOR("
              + data.dimensions()
              + ") NOT NULL)");
      statement.execute("CREATE INDEX t_bucket ON t(bucket)");
      connection.setAutoCommit(false);
      try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
        for (int row = 0; row < data.base().length; row++) {
          insert.setInt(1, row + 1);
          insert.setInt(2, buckets[row]);
          insert.setObject(3, data.base()[row]);
          insert.executeUpdate();
          if (row % BATCH == BATCH - 1) {
            connection.commit();
          }
        }
      }
      connection.commit();
      connection.setAutoCommit(true);
      statement.execute("ANALYZE");
    }
  }

  /** A connection; {@code properties} is empty or {@code ?name=value&…}. */
  static Connection open(Path file, String properties) throws SQLException {
    return DriverManager.getConnection("jdbc:sextant:" + file + properties);
  }

  /** The keys that a query gives, as numbers of rows from 0. */
  static int[] rows(PreparedStatement query) throws SQLException {
    int[] rows = new int[Contender.K];
    int count = 0;
    try (ResultSet result = query.executeQuery()) {
      while (result.next()) {
        rows[count++] = (int) (result.getLong(1) - 1);
      }
    }
    return count == rows.length ? rows : java.util.Arrays.copyOf(rows, count);
  }

  static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /** The folder of the vector indexes beside a database. */
  static Path indexFolder(Path file) {
    return file.resolveSibling(file.getFileName() + "-sextant");
  }

  /** Bytes of all files in a folder, 0 where there is none. */
  static long bytes(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
