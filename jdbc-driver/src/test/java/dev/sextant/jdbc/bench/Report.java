package dev.sextant.jdbc.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A benchmark's table of times, its figures, and where they were taken. */
final class Report {
  private final String name;
  private final Pages pages;
  private final Manifest manifest;
  private final List<String> rows = new ArrayList<>();
  private final Figures figures = new Figures("");
  private final List<String> notes = new ArrayList<>();

  /** Begun before anything is measured. */
  Report(String name, boolean kept) throws IOException, InterruptedException {
    this.name = name;
    this.pages = new Pages(Pages.root(), kept);
    this.manifest = new Manifest(Pages.root(), Map.of());
  }

  /** A measured thing: median and least time, each in microseconds. */
  void row(String what, Samples samples) {
    rows.add(
        "| %s | %s | %s | %d |\n"
            .formatted(
                what,
                number(samples.medianMicros()),
                number(samples.leastMicros()),
                samples.count()));
  }

  void figure(String key, double value) {
    figures.add(key, value);
  }

  void note(String text) {
    notes.add(text);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.1f", value);
  }

  /** Leaves the page and prints the figures as the last line. */
  void publish() throws IOException {
    manifest.ended();
    String page =
        "# bench "
            + name
            + "\n\n"
            + String.join("\n", notes)
            + "\n\n| | median us | least us | runs |\n|---|---:|---:|---:|\n"
            + String.join("", rows)
            + "\n"
            + figures.table(manifest);
    pages.publish(name, page, new Pages.Run(figures, manifest));
    System.out.println(figures.json(name));
  }
}
