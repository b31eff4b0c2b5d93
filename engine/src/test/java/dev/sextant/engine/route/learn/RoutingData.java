package dev.sextant.engine.route.learn;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Recorded outcomes of real models, of 2023 and 2024. */
final class RoutingData {
  private static final Path FOLDER =
      Path.of(System.getProperty("sextant.root", ".."), "..", "shared", "data", "routing");
  private static final int DIMENSIONS = 256;

  private RoutingData() {}

  static boolean isThere() {
    return Files.isDirectory(FOLDER);
  }

  /** LLMRouter: prompts of 14 tasks, nine models, the models in the order of their names. */
  static Outcomes llmRouter() throws IOException {
    Map<String, Map<String, double[]>> cells = new LinkedHashMap<>();
    List<String> models = new ArrayList<>();
    for (List<String> row : csv("llmrouter_outcomes.csv.gz")) {
      if (!models.contains(row.get(2))) {
        models.add(row.get(2));
      }
      cells
          .computeIfAbsent(row.get(1), id -> new LinkedHashMap<>())
          .put(
              row.get(2),
              new double[] {Double.parseDouble(row.get(3)), Double.parseDouble(row.get(4))});
    }
    models.sort(null);
    HashedText text = new HashedText(DIMENSIONS);
    Outcomes outcomes = Outcomes.of(models);
    for (List<String> row : csv("llmrouter_prompts.csv.gz")) {
      Map<String, double[]> cell = cells.get(row.get(2));
      if (cell == null) {
        throw new IOException("no outcomes of " + row.get(2));
      }
      double[][] values = models.stream().map(cell::get).toArray(double[][]::new);
      outcomes.add(text.features(row.get(5)), column(values, 0), column(values, 1));
    }
    return outcomes;
  }

  private static double[] column(double[][] values, int column) {
    double[] picked = new double[values.length];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = values[i][column];
    }
    return picked;
  }

  /** GSM8K of RouteLLM: a weak and a strong model, at list prices of a token of four characters. */
  static Outcomes gsm8k() throws IOException {
    HashedText text = new HashedText(DIMENSIONS);
    Outcomes outcomes = Outcomes.of(List.of("mixtral-8x7b-instruct", "gpt-4-1106-preview"));
    for (List<String> row : csv("gsm8k_responses.csv")) {
      double prompt = characters(row.get(0)) / 4.0;
      outcomes.add(
          text.features(row.get(0)),
          new double[] {row.get(1).equals("True") ? 1 : 0, row.get(2).equals("True") ? 1 : 0},
          new double[] {
            (prompt + characters(row.get(3)) / 4.0) * 0.6e-6,
            prompt * 10e-6 + characters(row.get(4)) / 4.0 * 30e-6
          });
    }
    return outcomes;
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  /** The rows below the head of a file of comma-separated values with quotes. */
  private static List<List<String>> csv(String name) throws IOException {
    Path file = FOLDER.resolve(name);
    try (InputStream bytes = Files.newInputStream(file);
        Reader reader =
            new BufferedReader(
                new InputStreamReader(
                    name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes,
                    StandardCharsets.UTF_8))) {
      List<List<String>> rows = rows(reader);
      return rows.subList(1, rows.size());
    }
  }

  private static List<List<String>> rows(Reader reader) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    int c = reader.read();
    while (c >= 0) {
      int next = reader.read();
      if (quoted && c == '"' && next == '"') {
        field.append('"');
        next = reader.read();
      } else if (c == '"') {
        quoted = !quoted;
      } else if (quoted || (c != ',' && c != '\n' && c != '\r')) {
        field.append((char) c);
      } else if (c == ',') {
        row.add(field.toString());
        field.setLength(0);
      } else if (c == '\n') {
        row.add(field.toString());
        field.setLength(0);
        rows.add(row);
        row = new ArrayList<>();
      }
      c = next;
    }
    return rows;
  }
}
