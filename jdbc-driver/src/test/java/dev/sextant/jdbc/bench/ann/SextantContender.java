package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Timing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sextant through JDBC: a prepared statement over a table in a file, with a vector index. */
final class SextantContender implements Contender {
  private final Dataset data;
  private final Path template;
  private final Path file;
  private final String quantization;
  private @Nullable Connection connection;
  private @Nullable PreparedStatement query;
  private long databaseBytes;

  /**
   * Not built yet.
   *
   * @param template a database with the rows, of which a copy is used
   */
  SextantContender(Dataset data, Path template, String quantization) {
    this.data = data;
    this.template = template;
    this.file = template.resolveSibling(data.base().length + "-" + quantization + ".db");
    this.quantization = quantization;
  }

  @Override
  public String name() {
    return "Sextant " + quantization;
  }

  @Override
  public String settings() {
    return "m=16, ef_construction=128, quantization=" + quantization;
  }

  @Override
  public boolean ours() {
    return true;
  }

  /** The database with the index. */
  Path file() {
    return file;
  }

  /** Bytes of the table's own file. */
  long databaseBytes() {
    return databaseBytes;
  }

  @Override
  public Build build(int threads) throws Exception {
    close();
    Files.copy(template, file, StandardCopyOption.REPLACE_EXISTING);
    databaseBytes = Files.size(file);
    Connection opened = SextantTable.open(file, "?threads=" + threads);
    connection = opened;
    Timing timing = Timing.ofProcess();
    try (Statement statement = opened.createStatement()) {
      statement.execute(
          "CREATE INDEX t_ann ON t USING hnsw (embedding "
              + data.operatorClass()
              + ") WITH (m = 16, ef_construction = 128, quantization = '"
              + quantization
              + "')");
    }
    double cpu = timing.cpuSeconds();
    double wall = timing.wallSeconds();
    query = opened.prepareStatement(searchText(data));
    find(data.queries()[0]);
    return new Build(
        cpu,
        wall,
        SextantTable.bytes(SextantTable.indexFolder(file)),
        SextantTable.number(opened, "SELECT memory_used FROM sextant.databases"),
        quantization.equals("none") ? 0 : data.rawBytes());
  }

  /** The query that is measured. */
  static String searchText(Dataset data) {
    return "SELECT id FROM t ORDER BY embedding " + data.operator() + " ? LIMIT " + K;
  }

  @Override
  public Found search(int ef) throws Exception {
    setEf(Objects.requireNonNull(connection), ef);
    return Contender.pass(data.queries(), this::find);
  }

  static void setEf(Connection connection, int ef) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET hnsw.ef_search = " + ef);
    }
  }

  private int[] find(float[] vector) throws SQLException {
    PreparedStatement statement = Objects.requireNonNull(query);
    statement.setObject(1, vector);
    return SextantTable.rows(statement);
  }

  @Override
  public void close() throws SQLException, IOException {
    Connection open = connection;
    if (open != null) {
      open.close();
      connection = null;
    }
    Files.deleteIfExists(file);
    WorkFolder.delete(SextantTable.indexFolder(file));
  }
}
