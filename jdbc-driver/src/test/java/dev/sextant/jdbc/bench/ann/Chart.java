package dev.sextant.jdbc.bench.ann;

import java.util.List;
import java.util.Locale;

/**
 * Recall against queries a second as an SVG. The recall's axis stretches towards 1, as misses
 * halve; the speed's is logarithmic.
 */
final class Chart {
  private static final double WIDTH = 900;
  private static final double HEIGHT = 540;
  private static final double LEFT = 70;
  private static final double RIGHT = 700;
  private static final double TOP = 50;
  private static final double BOTTOM = 480;
  private static final double LEAST_RECALL = 0.8;
  private static final double[] RECALLS = {0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999};
  private static final List<String> COLOURS =
      List.of(
          "#c1121f", "#e36414", "#b5838d", "#0353a4", "#48a9e6", "#2b9348", "#90be6d", "#6a4c93",
          "#9d8189", "#bc9ddb", "#495057");

  private final StringBuilder out = new StringBuilder();
  private final List<Curve> curves;
  private final double low;
  private final double high;

  private Chart(List<Curve> curves) {
    this.curves = curves;
    double[] speeds =
        curves.stream()
            .flatMap(curve -> curve.points().stream())
            .filter(point -> point.recall() >= LEAST_RECALL)
            .mapToDouble(Curve.Point::cpu)
            .sorted()
            .toArray();
    this.low = speeds.length == 0 ? 1 : speeds[0] / 1.2;
    this.high = speeds.length == 0 ? 10 : speeds[speeds.length - 1] * 1.2;
  }

  /** The whole file. */
  static String of(Dataset data, List<Curve> curves) {
    Chart chart = new Chart(curves);
    chart.head(data);
    chart.axes();
    for (int i = 0; i < curves.size(); i++) {
      chart.curve(i);
    }
    return chart.out.append("</svg>\n").toString();
  }

  private static double x(double recall) {
    double from = stretched(LEAST_RECALL);
    return LEFT + (stretched(recall) - from) / (stretched(1) - from) * (RIGHT - LEFT);
  }

  private static double stretched(double recall) {
    return -Math.log10(1.001 - recall);
  }

  private double y(double speed) {
    return BOTTOM - Math.log(speed / low) / Math.log(high / low) * (BOTTOM - TOP);
  }

  private void head(Dataset data) {
    add(
        ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\""
                + " font-family=\"sans-serif\" font-size=\"13\">")
            .formatted(WIDTH, HEIGHT));
    add("<rect width=\"%.0f\" height=\"%.0f\" fill=\"#ffffff\"/>".formatted(WIDTH, HEIGHT));
    text(
        LEFT,
        26,
        "start",
        String.format(
            Locale.ROOT,
            "%s, %,d × %d: queries per CPU-second against recall@%d",
            data.name(),
            data.base().length,
            data.dimensions(),
            Contender.K));
  }

  private void axes() {
    for (double recall : RECALLS) {
      line(x(recall), TOP, x(recall), BOTTOM, recall == SearchBench.TARGET ? "#999" : "#e4e4e4");
      text(x(recall), BOTTOM + 20, "middle", Double.toString(recall));
    }
    text((LEFT + RIGHT) / 2, BOTTOM + 44, "middle", "recall");
    for (double decade = 1; decade <= high; decade *= 10) {
      for (int digit : new int[] {1, 2, 5}) {
        double speed = decade * digit;
        if (speed >= low && speed <= high) {
          line(LEFT, y(speed), RIGHT, y(speed), "#e4e4e4");
          text(LEFT - 8, y(speed) + 4, "end", String.format(Locale.ROOT, "%,.0f", speed));
        }
      }
    }
    line(LEFT, TOP, LEFT, BOTTOM, "#333");
    line(LEFT, BOTTOM, RIGHT, BOTTOM, "#333");
  }

  private void curve(int number) {
    Curve curve = curves.get(number);
    String colour = COLOURS.get(number % COLOURS.size());
    double thickness = curve.contender().ours() ? 3 : 1.5;
    StringBuilder path = new StringBuilder();
    for (Curve.Point point : curve.points()) {
      if (point.recall() >= LEAST_RECALL) {
        double x = x(point.recall());
        double y = y(point.cpu());
        path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
        add(
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\"/>"
                .formatted(x, y, thickness + 1, colour));
      }
    }
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\"/>"
            .formatted(path.toString().strip(), colour, thickness));
    double row = TOP + 12 + 22 * number;
    add(
        "<path d=\"M%.0f %.0f L%.0f %.0f\" stroke=\"%s\" stroke-width=\"%.1f\"/>"
            .formatted(RIGHT + 20, row, RIGHT + 44, row, colour, thickness));
    text(RIGHT + 52, row + 4, "start", curve.contender().name());
  }

  private void line(double fromX, double fromY, double toX, double toY, String colour) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>"
            .formatted(fromX, fromY, toX, toY, colour));
  }

  private void text(double x, double y, String anchor, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#333\">%s</text>"
            .formatted(x, y, anchor, text.replace("&", "&amp;").replace("<", "&lt;")));
  }

  private void add(String element) {
    out.append(element).append('\n');
  }
}
