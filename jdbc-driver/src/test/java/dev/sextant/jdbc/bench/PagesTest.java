package dev.sextant.jdbc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs leave their page, and their figures in the history. */
class PagesTest {
  @TempDir Path root;

  private void publish(double value) throws IOException, InterruptedException {
    Figures figures = new Figures("");
    figures.add("ratio", value);
    figures.add("said", "1, \"or\" 2");
    Manifest manifest = new Manifest(root, Map.of());
    manifest.ended();
    new Pages(root, true)
        .publish("tried", figures.table(manifest), new Pages.Run(figures, manifest));
  }

  @Test
  void aPageHoldsTheLastRunAndTheHistoryAll() throws IOException, InterruptedException {
    publish(1.5);
    publish(2.25);
    Path folder = root.resolve("docs/benchmarks");
    assertThat(folder.resolve("tried.md")).content().contains("| ratio | 2.2500 |");
    List<String> history = Files.readAllLines(folder.resolve(Pages.HISTORY));
    assertThat(history).hasSize(5);
    assertThat(history.getFirst()).isEqualTo("date,commit,CPU,JVM,load,bench,figure,value");
    assertThat(history.get(1)).startsWith("20").endsWith(",tried,ratio,1.5");
    assertThat(history.get(2)).endsWith(",tried,said,\"1, \"\"or\"\" 2\"");
    assertThat(history.get(3)).endsWith(",tried,ratio,2.25");
  }
}
