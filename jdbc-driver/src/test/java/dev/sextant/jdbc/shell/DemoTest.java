package dev.sextant.jdbc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

  @TempDir private Path folder;

  @Test
  void fillsADatabaseAndAsksIt() throws SQLException, IOException {
    assertThat(run(300))
        .contains("] 300/300  ", "demo.db holds 300 glosses of WordNet 3.1.")
        .contains("ORDER BY embedding <=> EMBED('a bird that hunts at night')")
        .contains("5 rows in ")
        .contains("KnnScan")
        .containsPattern("cold: 256 texts in .*\nwarm: 256 texts in ")
        .containsPattern("hot *\\| *\\d")
        .containsPattern("bytes  requests missed\n *[\\d,]+ (B|kB|MB)  [█▏▎▍▌▋▊▉]+ \\d")
        .containsPattern("1 \\| night_shift \\| +503 \\| server +\\| +NULL")
        .containsPattern("2 \\| day_shift +\\| +200 \\| NULL +\\| 0\\.0")
        .contains("context_window", "already_tried")
        .containsPattern("The verdict on a against b: (faster|slower|cannot tell)\\.")
        .contains("Ask your own: bin/sextant ");
  }

  @Test
  void aSecondRunStartsAtOnce() throws SQLException, IOException {
    run(10);
    assertThat(run(10)).contains("holds 10 glosses").doesNotContain("Embedding");
    assertThat(run(5)).contains("holds 10 glosses").doesNotContain("Embedding");
  }

  @Test
  void aLargerRunGoesOn() throws SQLException, IOException {
    run(10);
    assertThat(run(80))
        .contains("Going on: 10 glosses are there.", "] 70/70  ", "holds 80 glosses");
  }

  private String run(int rows) throws SQLException, IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String file = folder.resolve("demo.db").toString();
    Screen screen =
        new Screen(new PrintStream(bytes, true, StandardCharsets.UTF_8), false, System::nanoTime);
    try (Connection connection = DriverManager.getConnection("jdbc:sextant:" + file)) {
      new Demo(connection, new DemoOptions(rows, file), screen).run();
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
