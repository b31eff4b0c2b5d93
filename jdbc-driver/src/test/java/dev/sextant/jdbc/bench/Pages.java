package dev.sextant.jdbc.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * Where benchmarks leave their pages: {@code docs/benchmarks} where they are to be kept, else
 * {@code target/benchmarks}. A page holds the last run. {@code history.csv} beside it holds the
 * figures of every run, a line for each, to which runs only ever add.
 */
public final class Pages {
  /** The file of all runs' figures. */
  public static final String HISTORY = "history.csv";

  private static final String HEAD = "date,commit,CPU,JVM,load,bench,figure,value\n";

  private final Path folder;

  /**
   * The folder, made where it is missing.
   *
   * @param root of the project
   * @param kept whether the pages belong to the project
   */
  public Pages(Path root, boolean kept) throws IOException {
    this.folder =
        Files.createDirectories(root.resolve(kept ? "docs/benchmarks" : "target/benchmarks"));
  }

  /** The pages of a run by its options, of which the only one is {@code --write}. */
  public static Pages of(Path root, String[] args) throws IOException {
    boolean kept = List.of(args).equals(List.of("--write"));
    if (args.length > 0 && !kept) {
      throw new IllegalArgumentException("expected --write, got " + String.join(" ", args));
    }
    return new Pages(root, kept);
  }

  /** The project's folder. */
  public static Path root() throws IOException {
    return Path.of(System.getProperty("sextant.root", ".")).toRealPath();
  }

  /** Writes a file that belongs to a page. */
  public void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  /**
   * Writes a page, prints it, and adds its figures to the history.
   *
   * @param name of the page, without {@code .md}
   */
  public void publish(String name, String page, Run run) throws IOException {
    write(name + ".md", page);
    add(name, run);
    System.out.println(page);
    System.out.println("written to " + folder);
  }

  /** What a run found, and where. */
  public record Run(Figures figures, Manifest manifest) {}

  private void add(String bench, Run run) throws IOException {
    Path history = folder.resolve(HISTORY);
    StringBuilder lines = new StringBuilder(Files.exists(history) ? "" : HEAD);
    Map<String, String> where = run.manifest().lines();
    run.figures()
        .values()
        .forEach(
            (figure, value) ->
                lines.append(
                    line(
                        List.of(
                            of(where, "date"),
                            of(where, "commit"),
                            of(where, "CPU"),
                            of(where, "JVM"),
                            of(where, "load at the start"),
                            bench,
                            figure,
                            value.toString()))));
    Files.writeString(
        history,
        lines,
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static String of(Map<String, String> where, String name) {
    return where.getOrDefault(name, "");
  }

  /** By RFC 4180, but for the ends of lines. */
  private static String line(List<String> fields) {
    return String.join(
            ",",
            fields.stream()
                .map(
                    field ->
                        field.matches("[^,\"\\r\\n]*")
                            ? field
                            : '"' + field.replace("\"", "\"\"") + '"')
                .toList())
        + "\n";
  }
}
