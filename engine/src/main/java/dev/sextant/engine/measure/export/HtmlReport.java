package dev.sextant.engine.measure.export;

import dev.sextant.engine.measure.MeasurementStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A measurement as one HTML file that needs nothing else: its summary, a plot of its samples in the
 * order they were taken, one of its percentiles, its confounders and its manifest. Numbers that are
 * rounded stand in full in an attribute {@code data-value}.
 */
final class HtmlReport {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 260;
  private static final int MARGIN = 60;

  /** More points than these say nothing more on a screen; the slowest are always drawn. */
  private static final int MAX_POINTS = 4_000;

  private static final int QUERY = 1;
  private static final int RUN = 2;
  private static final int WALL = 4;
  private static final int VERDICT = 21;
  private static final int MAX_CONFOUNDERS = 200;

  /** Names what a point shows, and counts the points, so that a look at the page can be checked. */
  private static final String SCRIPT =
      """
      const points = document.querySelectorAll('#series circle');
      points.forEach(p => {
        const name = document.createElementNS('http://www.w3.org/2000/svg', 'title');
        name.textContent = p.dataset.run + ': ' + p.dataset.ms + ' ms, ' + p.getAttribute('class');
        p.append(name);
      });
      const slowest = Math.max(...Array.from(points, p => Number(p.dataset.ms)));
      document.getElementById('drawn').textContent =
        points.length + ' samples drawn, the slowest of ' + slowest + ' ms';
      """;

  private static final String STYLE =
      """
      body{font:14px/1.5 system-ui,sans-serif;margin:2em auto;max-width:76em;color:#1c2430}
      table{border-collapse:collapse;margin:1em 0}
      td,th{padding:.2em .7em;border-bottom:1px solid #dde3ea;text-align:left;vertical-align:top}
      td.n{text-align:right;font-variant-numeric:tabular-nums}
      pre{background:#f4f6f9;padding:1em;white-space:pre-wrap}
      svg{background:#fbfcfe;border:1px solid #dde3ea}
      .clean{fill:#2463a8}.dirty{fill:#d1622b}.warm-up{fill:#a3acb8}
      .all{stroke:#d1622b}.pure{stroke:#2463a8}
      td:last-child{min-width:18em}
      text{font-size:11px;fill:#55606e}
      """;

  private final MeasurementStore store;
  private final long id;
  private final StringBuilder out = new StringBuilder();
  private final List<List<@Nullable Object>> samples;

  HtmlReport(MeasurementStore store, long id) {
    this.store = store;
    this.id = id;
    this.samples = store.rows("measurement_samples", id);
  }

  /** The page. */
  String text() {
    List<@Nullable Object> head = store.rows("measurements", id).getFirst();
    out.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        .append("Measurement ")
        .append(id)
        .append("</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>Measurement ")
        .append(id)
        .append("</h1>\n<pre id=\"sql\">")
        .append(escaped(head.get(2)))
        .append("</pre>\n");
    out.append("<h2>Samples in the order they were taken</h2>\n");
    series();
    out.append("<p><b style=\"color:#2463a8\">clean</b>, <b style=\"color:#d1622b\">dirty</b>,")
        .append(" <b style=\"color:#a3acb8\">warm-up</b>; milliseconds, logarithmic.")
        .append(" <span id=\"drawn\"></span></p>\n")
        .append("<h2>Percentiles</h2>\n");
    percentiles();
    out.append("<p><b style=\"color:#d1622b\">all</b> samples and <b style=\"color:#2463a8\">clean")
        .append("</b> ones; a share of 99.9 % lies where the axis says 99.9.</p>\n");
    summary();
    confounders();
    table("Manifest", "manifest", "measurement_manifest", Integer.MAX_VALUE);
    return out.append("<script>\n").append(SCRIPT).append("</script></body></html>\n").toString();
  }

  private static String escaped(@Nullable Object value) {
    return value == null
        ? ""
        : value
            .toString()
            .replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\"", "&quot;");
  }

  private void summary() {
    table("Summary", "summary", "measurement_summary", Integer.MAX_VALUE);
  }

  private void confounders() {
    out.append("<p>The ")
        .append(MAX_CONFOUNDERS)
        .append(" confounders that took most are listed.</p>\n");
    table("Confounders", "confounders", "confounders", MAX_CONFOUNDERS);
  }

  private void table(String title, String name, String table, int most) {
    List<String> columns = MeasurementStore.columns(table).stream().skip(1).toList();
    out.append("<h2>").append(title).append("</h2>\n<table id=\"").append(name).append("\"><tr>");
    columns.forEach(c -> out.append("<th>").append(c.split(" ", 2)[0]).append("</th>"));
    out.append("</tr>\n");
    List<List<@Nullable Object>> rows = new ArrayList<>(store.rows(table, id));
    if (rows.size() > most) {
      rows.sort(Comparator.comparingLong(row -> -number(row.get(4))));
    }
    for (List<@Nullable Object> row : rows.subList(0, Math.min(most, rows.size()))) {
      out.append("<tr>");
      for (int i = 1; i < row.size(); i++) {
        cell(row.get(i));
      }
      out.append("</tr>\n");
    }
    out.append("</table>\n");
  }

  private void cell(@Nullable Object value) {
    if (value instanceof Double real) {
      out.append("<td class=\"n\" data-value=\"")
          .append(real)
          .append("\">")
          .append(String.format(Locale.ROOT, "%.4f", real))
          .append("</td>");
    } else if (value instanceof Number) {
      out.append("<td class=\"n\">").append(value).append("</td>");
    } else {
      out.append("<td>").append(escaped(value)).append("</td>");
    }
  }

  private static long number(@Nullable Object value) {
    return value instanceof Number number ? number.longValue() : 0;
  }

  private long[] walls(boolean cleanOnly, String query) {
    return samples.stream()
        .filter(row -> query.equals(row.get(QUERY)) && !"warm-up".equals(row.get(VERDICT)))
        .filter(row -> !cleanOnly || "clean".equals(row.get(VERDICT)))
        .mapToLong(row -> number(row.get(WALL)))
        .sorted()
        .toArray();
  }

  /** Where a time is drawn, on a logarithmic axis. */
  private final class TimeAxis {
    private final double low;
    private final double high;

    TimeAxis() {
      long least = Long.MAX_VALUE;
      long most = 1;
      for (List<@Nullable Object> row : samples) {
        least = Math.min(least, Math.max(1, number(row.get(WALL))));
        most = Math.max(most, number(row.get(WALL)));
      }
      low = Math.floor(Math.log10((double) Math.min(least, most)));
      high = Math.max(low + 1, Math.ceil(Math.log10((double) most)));
    }

    double at(long nanos) {
      double share = (Math.log10((double) Math.max(1, nanos)) - low) / (high - low);
      return HEIGHT - 30 - share * (HEIGHT - 50);
    }

    void draw() {
      for (int power = (int) low; power <= high; power++) {
        double y = at((long) Math.pow(10, power));
        out.append(
            String.format(
                Locale.ROOT,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e3e8ee\"/>"
                    + "<text x=\"4\" y=\"%.1f\">%s ms</text>%n",
                MARGIN,
                WIDTH - 10,
                y,
                y,
                y + 4,
                Double.toString(Math.pow(10, power - 6.0))));
      }
    }
  }

  private void open(String name) {
    out.append("<svg id=\"")
        .append(name)
        .append("\" role=\"img\" width=\"")
        .append(WIDTH)
        .append("\" height=\"")
        .append(HEIGHT)
        .append("\">\n");
  }

  private void series() {
    open("series");
    TimeAxis axis = new TimeAxis();
    axis.draw();
    int step = Math.max(1, samples.size() / MAX_POINTS);
    double width = WIDTH - MARGIN - 20.0;
    for (int i = 0; i < samples.size(); i++) {
      List<@Nullable Object> row = samples.get(i);
      boolean slow = !"clean".equals(row.get(VERDICT)) && samples.size() < 4 * MAX_POINTS;
      if (i % step == 0 || slow) {
        out.append(
            String.format(
                Locale.ROOT,
                "<circle class=\"%s\" data-run=\"%s %s\" data-ms=\"%s\" cx=\"%.1f\" cy=\"%.1f\""
                    + " r=\"%s\"/>%n",
                row.get(VERDICT),
                row.get(QUERY),
                row.get(RUN),
                number(row.get(WALL)) / 1e6,
                MARGIN + width * i / Math.max(1, samples.size() - 1),
                axis.at(number(row.get(WALL))),
                "b".equals(row.get(QUERY)) ? "1.2" : "2"));
      }
    }
    out.append("</svg>\n");
  }

  /** Each further nine of the share takes as much of the axis as the one before. */
  private static double nines(double share) {
    return -Math.log10(1 - share);
  }

  private void percentiles() {
    open("percentiles");
    TimeAxis axis = new TimeAxis();
    axis.draw();
    double most = Math.max(1, nines(1 - 1.0 / Math.max(2, samples.size())));
    double width = WIDTH - MARGIN - 40.0;
    for (double share : new double[] {0, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
      if (nines(share) <= most) {
        out.append(
            String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%d\">%s</text>%n",
                MARGIN + width * nines(share) / most,
                HEIGHT - 8,
                Double.toString(Math.round(share * 1e6) / 1e4)));
      }
    }
    for (String query : List.of("a", "b")) {
      line(axis, walls(false, query), "all", most);
      line(axis, walls(true, query), "pure", most);
    }
    out.append("</svg>\n");
  }

  private void line(TimeAxis axis, long[] sorted, String style, double most) {
    if (sorted.length == 0) {
      return;
    }
    double width = WIDTH - MARGIN - 40.0;
    out.append("<polyline fill=\"none\" class=\"").append(style).append("\" points=\"");
    int step = Math.max(1, sorted.length / MAX_POINTS);
    for (int i = 0; i < sorted.length; i++) {
      if (i % step == 0 || i > sorted.length - 100) {
        double x = MARGIN + width * Math.min(most, nines((double) i / sorted.length)) / most;
        out.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, axis.at(sorted[i])));
      }
    }
    out.append("\"/>\n");
  }
}
