package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedding cache as connections share it, and as it outlives them. */
class EmbeddingCacheTest {
  @TempDir Path folder;

  private String url() {
    return "jdbc:sextant:" + folder.resolve("a.db");
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }

  private static String warnings(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      StringBuilder all = new StringBuilder();
      for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
        all.append(w.getMessage()).append('\n');
      }
      return all.toString();
    }
  }

  @Test
  void sixteenThreadsOnOneTextCallTheModelOnce() throws Exception {
    int threads = 16;
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Future<byte[]>> vectors = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads);
        Connection first = DriverManager.getConnection(url())) {
      for (int i = 0; i < threads; i++) {
        vectors.add(
            pool.submit(
                () -> {
                  try (Connection connection = DriverManager.getConnection(url());
                      PreparedStatement embed = connection.prepareStatement("SELECT EMBED(?)")) {
                    embed.setString(1, "all of us want the same text");
                    start.await();
                    try (ResultSet row = embed.executeQuery()) {
                      row.next();
                      return row.getBytes(1);
                    }
                  }
                }));
      }
      for (Future<byte[]> vector : vectors) {
        assertThat(vector.get()).hasSize(4 * 384).isEqualTo(vectors.getFirst().get());
      }
      String counted = "SELECT entries || ' ' || computed FROM sextant.cache_stats";
      assertThat(one(first, counted + " WHERE tier = 'hot'")).isEqualTo("1 1");
    }
  }

  @Test
  void theDurableTierOutlivesTheDatabase() throws Exception {
    byte[] vector;
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT EMBED('kept'), EMBED('kept too')")) {
      row.next();
      vector = row.getBytes(1);
    }
    assertThat(folder.resolve("a.db-sextant/cache.db")).exists();
    try (Connection connection = DriverManager.getConnection(url())) {
      assertThat(one(connection, "SELECT count(*) FROM sextant.cache_entries")).isEqualTo("4");
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT EMBED('kept'), EMBED('kept too')")) {
        row.next();
        assertThat(row.getBytes(1)).isEqualTo(vector);
      }
      String hits = "SELECT hits || ' ' || misses FROM sextant.cache_stats WHERE tier = 'hot'";
      assertThat(one(connection, hits)).isEqualTo("2 0");
    }
    try (Connection cold = DriverManager.getConnection(url() + "?cache.warm_up=0")) {
      assertThat(one(cold, "SELECT vector_dims(EMBED('kept'))")).isEqualTo("384");
      String sql =
          "SELECT group_concat(tier || ' ' || hits || ' ' || misses) FROM sextant.cache_stats";
      assertThat(one(cold, sql)).isEqualTo("hot 0 1,durable 1 0");
    }
  }

  @Test
  void aReadOnlyDatabaseAndOneInMemoryHaveNoFile() throws Exception {
    try (Connection connection = DriverManager.getConnection(url())) {
      connection.createStatement().execute("CREATE TABLE t(a)");
    }
    for (String url : new String[] {url() + "?mode=ro", "jdbc:sextant::memory:"}) {
      try (Connection connection = DriverManager.getConnection(url)) {
        one(connection, "SELECT EMBED('x')");
        assertThat(one(connection, "SELECT group_concat(tier) FROM sextant.cache_tiers"))
            .isEqualTo("hot");
      }
    }
    assertThat(folder.resolve("a.db-sextant")).doesNotExist();
  }

  @Test
  void noDurableTierWhereTheSettingIsZero() throws Exception {
    try (Connection connection = DriverManager.getConnection(url())) {
      warnings(connection, "SET cache.durable_bytes = 0");
      one(connection, "SELECT EMBED('x')");
      assertThat(one(connection, "SELECT group_concat(tier) FROM sextant.cache_tiers"))
          .isEqualTo("hot");
      assertThatThrownBy(() -> warnings(connection, "SET cache.durable_bytes = 1000000"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("before the first EMBED");
    }
  }

  @Test
  void theDurableTierShrinksWhileItIsOpen() throws Exception {
    try (Connection connection = DriverManager.getConnection(url())) {
      try (PreparedStatement embed = connection.prepareStatement("SELECT EMBED(?)")) {
        for (int i = 0; i < 20; i++) {
          embed.setString(1, "text number " + i);
          embed.executeQuery().close();
        }
      }
      String used = "SELECT count(*) FROM sextant.cache_entries WHERE tier = 'durable'";
      assertThat(one(connection, used)).isEqualTo("20");
      warnings(connection, "SET cache.durable_bytes = 20000");
      String bytes =
          "SELECT used_bytes <= 20000 AND budget_bytes = 20000 FROM sextant.cache_tiers"
              + " WHERE tier = 'durable'";
      assertThat(one(connection, bytes)).isEqualTo("1");
      assertThat(Integer.parseInt(one(connection, used))).isBetween(1, 12);
    }
  }

  @Test
  void whatIsWrongWithTheFileIsTold() throws Exception {
    try (Connection connection = DriverManager.getConnection(url())) {
      one(connection, "SELECT EMBED('x')");
    }
    Path file = folder.resolve("a.db-sextant/cache.db");
    Files.writeString(file, "this is no database at all, whatever its name says");
    try (Connection connection = DriverManager.getConnection(url())) {
      assertThat(warnings(connection, "SELECT EMBED('x')")).contains("is damaged", "renamed");
      assertThat(warnings(connection, "SELECT EMBED('x')")).isEmpty();
      assertThat(one(connection, "SELECT message FROM sextant.cache_warnings")).contains("renamed");
    }
  }

  @Test
  void withoutMemoryForTheCacheTextsAreEmbeddedWithAWarning() throws Exception {
    try (Connection connection =
        DriverManager.getConnection("jdbc:sextant::memory:?memory_limit=1000")) {
      assertThat(warnings(connection, "SELECT EMBED('x')")).contains("without the cache");
      assertThat(one(connection, "SELECT vector_dims(EMBED('x'))")).isEqualTo("384");
    }
  }

  @Test
  void settingsAreProperties() throws Exception {
    String url = "jdbc:sextant::memory:?cache.policy=gdsf&cache.hot_bytes=100000&cache.ttl=60";
    try (Connection connection = DriverManager.getConnection(url)) {
      one(connection, "SELECT EMBED('x')");
      assertThat(one(connection, "SELECT policy || budget_bytes FROM sextant.cache_tiers"))
          .isEqualTo("gdsf100000");
    }
    for (String wrong : new String[] {"cache.hot_bytes=5", "cache.store=shared", "cache.size=1"}) {
      assertThatThrownBy(() -> DriverManager.getConnection("jdbc:sextant::memory:?" + wrong))
          .as(wrong)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("cache.");
    }
  }

  @Test
  void chunkTakesParameters() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:");
        PreparedStatement chunk =
            connection.prepareStatement(
                "SELECT text FROM CHUNK(?, 'words', size => ?, overlap => ?)")) {
      chunk.setString(1, "a b c d");
      chunk.setInt(2, 3);
      chunk.setInt(3, 1);
      try (ResultSet row = chunk.executeQuery()) {
        List<String> texts = new ArrayList<>();
        while (row.next()) {
          texts.add(row.getString("text"));
        }
        assertThat(texts).containsExactly("a b c ", "c d");
      }
      chunk.setString(2, "many");
      assertThatThrownBy(chunk::executeQuery)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("a whole number but got many");
    }
  }

  @Test
  void callTakesParameters() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:")) {
      one(connection, "SELECT EMBED('x')");
      try (PreparedStatement call =
          connection.prepareStatement("CALL cache_invalidate(older_than => ?, model => ?)")) {
        call.setInt(1, 0);
        call.setString(2, "all-minilm-l6-v2");
        try (ResultSet row = call.executeQuery()) {
          assertThat(row.getMetaData().getColumnLabel(1)).isEqualTo("removed");
          assertThat(row.next()).isTrue();
          assertThat(row.getLong(1)).isEqualTo(1);
        }
        call.setNull(1, java.sql.Types.INTEGER);
        call.setNull(2, java.sql.Types.VARCHAR);
        try (ResultSet row = call.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getLong(1)).isZero();
        }
      }
    }
  }
}
