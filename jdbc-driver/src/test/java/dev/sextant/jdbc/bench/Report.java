package dev.sextant.jdbc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A benchmark's table, the machine it ran on, and its figures as one JSON object. */
final class Report {
  private final String name;
  private final List<String[]> rows = new ArrayList<>();
  private final Map<String, Double> figures = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  Report(String name) {
    this.name = name;
  }

  /** A measured thing: median and least time, each in microseconds. */
  void row(String what, Samples samples) {
    rows.add(
        new String[] {
          what,
          number(samples.medianMicros()),
          number(samples.leastMicros()),
          Integer.toString(samples.count())
        });
  }

  void figure(String key, double value) {
    figures.put(key, value);
  }

  void note(String text) {
    notes.add(text);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.1f", value);
  }

  void print() throws IOException {
    System.out.println("bench " + name + " on " + machine());
    System.out.printf("%-58s %14s %14s %8s%n", "", "median us", "least us", "runs");
    for (String[] row : rows) {
      System.out.printf("%-58s %14s %14s %8s%n", (Object[]) row);
    }
    System.out.println();
    figures.forEach((key, value) -> System.out.printf("%-58s %14s%n", key, number(value)));
    notes.forEach(System.out::println);
    System.out.println(json());
  }

  private String json() {
    StringBuilder json = new StringBuilder("{\"bench\":\"" + name + "\",\"figures\":{");
    int start = json.length();
    figures.forEach(
        (key, value) ->
            json.append(json.length() == start ? "" : ",")
                .append('"')
                .append(key)
                .append("\":")
                .append(String.format(Locale.ROOT, "%.4f", value)));
    return json.append("}}").toString();
  }

  private static String machine() throws IOException {
    String cpu = "unknown CPU";
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      cpu =
          Files.readAllLines(info).stream()
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse(cpu);
    }
    return cpu
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " CPUs, "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + ", "
        + System.getProperty("java.vm.name")
        + " "
        + Runtime.version();
  }
}
