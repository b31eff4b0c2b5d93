package dev.sextant.jdbc.shell;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Miss ratios at sizes of a cache, as bars. */
final class MissRatioPlot {
  private static final int WIDTH = 50;
  private static final double EIGHTHS = 8;
  private static final String PARTS = " ▏▎▍▌▋▊▉";

  /**
   * A point of the curve.
   *
   * @param bytes the cache's size
   * @param missRatio the share of requests that such a cache would not have answered, from 0 to 1
   */
  record Point(long bytes, double missRatio) {}

  private MissRatioPlot() {}

  /** Draws the points, one a line. */
  static void draw(PrintStream out, List<Point> points) {
    out.printf(Locale.ROOT, "%10s  %s%n", "bytes", "requests missed");
    for (Point point : points) {
      out.printf(
          Locale.ROOT,
          "%10s  %s %.1f %%%n",
          size(point.bytes()),
          bar(point.missRatio()),
          100 * point.missRatio());
    }
  }

  private static String bar(double share) {
    int eighths = (int) Math.round(Math.clamp(share, 0, 1) * WIDTH * EIGHTHS);
    char last = PARTS.charAt(eighths % (int) EIGHTHS);
    String bar = "█".repeat(eighths / (int) EIGHTHS) + (last == ' ' ? "" : last);
    return bar.isEmpty() ? "▏" : bar;
  }

  private static String size(long bytes) {
    if (bytes < 10_000) {
      return bytes + " B";
    }
    return bytes < 10_000_000
        ? String.format(Locale.ROOT, "%,d kB", bytes / 1_000)
        : String.format(Locale.ROOT, "%,d MB", bytes / 1_000_000);
  }
}
