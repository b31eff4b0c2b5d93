package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embedding models that users define. */
class EmbeddingModelTest {
  private static final String CREATE = "CREATE EMBEDDING MODEL mine USING onnx (path 'model'";

  @TempDir Path folder;

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sextant:" + folder.resolve("a.db"));
  }

  /** A model's folder beside the database, with the files of a shipped model. */
  @BeforeEach
  void copyAModel() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    copy("all-minilm-l6-v2-q.onnx", model.resolve("model.onnx"));
    copy("all-minilm-l6-v2-q-tokenizer.json", model.resolve("tokenizer.json"));
  }

  private static void copy(String resource, Path file) throws IOException {
    ClassLoader loader = EmbeddingModelTest.class.getClassLoader();
    try (InputStream in = loader.getResourceAsStream(resource)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aDefinitionSurvivesReopening() throws Exception {
    try (Connection connection = open()) {
      run(connection, CREATE + ", max_tokens 256, query_prefix 'query: ')");
      String row = "SELECT name || method || dimensions || max_tokens || source || loaded";
      assertThat(one(connection, row + " FROM sextant.models WHERE name = 'mine'"))
          .isEqualTo("mineonnx384256model1");
    }
    try (Connection connection = open()) {
      assertThat(one(connection, "SELECT loaded FROM sextant.models WHERE name = 'mine'"))
          .isEqualTo("0");
      assertThat(one(connection, "SELECT EMBED('a cat', 'Mine') = EMBED('a cat')")).isEqualTo("1");
      assertThat(one(connection, "SELECT EMBED_QUERY('cat', 'mine') = EMBED('query: cat')"))
          .isEqualTo("1");
      // The files are those of the default model: so is the fingerprint, and 'a cat' is shared.
      assertThat(one(connection, "SELECT sum(computed) FROM sextant.cache_stats")).isEqualTo("3");
    }
  }

  @Test
  void optionsChangeTheVectors() throws Exception {
    try (Connection connection = open()) {
      run(connection, CREATE + ", pooling 'cls', max_tokens 256)");
      run(connection, CREATE.replace("mine", "long") + ", normalize false, max_tokens 256)");
      assertThat(one(connection, "SELECT EMBED('a cat', 'mine') = EMBED('a cat')")).isEqualTo("0");
      assertThat(one(connection, "SELECT abs(l2_norm(EMBED('a cat', 'long')) - 1) > 0.01"))
          .isEqualTo("1");
      String same = "SELECT EMBED('a cat', 'long') <=> EMBED('a cat') < 0.000001";
      assertThat(one(connection, same)).isEqualTo("1");
      assertThatThrownBy(() -> run(connection, CREATE.replace("mine", "p") + ", pooling 'none')"))
          .hasMessageContaining("gives the shape [-1, -1, 384], not [texts, dimensions]");
    }
  }

  @Test
  void definitionsFollowTransactions() throws Exception {
    try (Connection connection = open();
        Connection other = open()) {
      connection.setAutoCommit(false);
      run(connection, CREATE + ")");
      assertThat(one(connection, "SELECT vector_dims(EMBED('x', 'mine'))")).isEqualTo("384");
      assertThatThrownBy(() -> one(other, "SELECT EMBED('x', 'mine')"))
          .hasMessageContaining("Unknown embedding model \"mine\"");
      connection.rollback();
      assertThatThrownBy(() -> one(connection, "SELECT EMBED('x', 'mine')"))
          .hasMessageContaining("Unknown embedding model \"mine\"");
      run(connection, CREATE + ")");
      connection.commit();
      assertThat(one(other, "SELECT vector_dims(EMBED('x', 'mine'))")).isEqualTo("384");
      connection.setAutoCommit(true);
      try (PreparedStatement embed = other.prepareStatement("SELECT EMBED(?, 'mine')")) {
        embed.setString(1, "y");
        embed.executeQuery().close();
        run(connection, "DROP EMBEDDING MODEL mine");
        assertThatThrownBy(embed::executeQuery)
            .hasMessageContaining("Unknown embedding model \"mine\"");
        run(connection, CREATE + ")");
        assertThat(embed.executeQuery().next()).isTrue();
      }
      assertThatThrownBy(() -> run(connection, CREATE + ")")).hasMessageContaining("exists");
    }
  }

  @Test
  void aModelWhoseFilesHaveChangedIsRefused() throws Exception {
    try (Connection connection = open()) {
      run(connection, CREATE + ")");
    }
    Path tokenizer = folder.resolve("model/tokenizer.json");
    Files.writeString(tokenizer, Files.readString(tokenizer) + "\n");
    try (Connection connection = open()) {
      assertThatThrownBy(() -> one(connection, "SELECT EMBED('x', 'mine')"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("its files have changed");
    }
    Files.delete(tokenizer);
    try (Connection connection = open()) {
      assertThatThrownBy(() -> one(connection, "SELECT EMBED('x', 'mine')"))
          .hasMessageContaining("has no tokenizer.json beside it");
    }
  }
}
