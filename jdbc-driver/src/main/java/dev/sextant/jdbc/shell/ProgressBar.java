package dev.sextant.jdbc.shell;

import java.util.Locale;

/** Counts work done: one line drawn over on a terminal, a line each tenth elsewhere. */
final class ProgressBar {

  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = 100_000_000;

  private final Screen screen;
  private final String what;
  private final long total;
  private final long start;
  private long drawnAt;
  private long drawnTenth;

  /**
   * A bar at zero.
   *
   * @param screen where it is drawn
   * @param what the work, as in "embedding glosses"
   * @param total the count at which it is done
   */
  ProgressBar(Screen screen, String what, long total) {
    this.screen = screen;
    this.what = what;
    this.total = total;
    this.start = screen.nanoTime().getAsLong();
    this.drawnAt = start - REDRAW_NANOS;
  }

  /** Shows that {@code done} of the total are done, if it is time to. */
  void update(long done) {
    long now = screen.nanoTime().getAsLong();
    long tenth = total == 0 ? 10 : 10 * done / total;
    boolean due = screen.terminal() ? now - drawnAt >= REDRAW_NANOS : tenth > drawnTenth;
    if (!due && done < total) {
      return;
    }
    drawnAt = now;
    drawnTenth = tenth;
    String line = line(done, (now - start) / 1e9);
    if (screen.terminal()) {
      screen.out().print("\r" + line + "\u001b[K" + (done >= total ? "\n" : ""));
      screen.out().flush();
    } else {
      screen.out().println(line);
    }
  }

  private String line(long done, double seconds) {
    double rate = seconds > 0 ? done / seconds : 0;
    String time =
        done >= total
            ? "in " + duration(seconds)
            : rate > 0 ? "ETA " + duration((total - done) / rate) : "";
    int filled = (int) (total == 0 ? WIDTH : WIDTH * done / total);
    return String.format(
        Locale.ROOT,
        "%s [%s%s] %,d/%,d  %,.0f/s  %s",
        what,
        "#".repeat(filled),
        ".".repeat(WIDTH - filled),
        done,
        total,
        rate,
        time);
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    }
    return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
  }
}
