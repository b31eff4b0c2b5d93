package dev.sextant.engine.measure.export;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.jspecify.annotations.Nullable;

/**
 * Times as a log of HdrHistogram's, which its own tools plot: one histogram for each query and kind
 * of sample, tagged {@code a-all}, {@code a-clean} and so on, in nanoseconds.
 */
final class HistogramLog {
  private static final int DIGITS = 3;
  private static final double MILLI = 1e-3;

  private static final int QUERY = 1;
  private static final int START = 3;
  private static final int WALL = 4;
  private static final int VERDICT = 21;

  private HistogramLog() {}

  /** The log of a measurement's samples, without those of the warm-up. */
  static String of(List<List<@Nullable Object>> measurement, List<List<@Nullable Object>> samples) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    HistogramLogWriter log = new HistogramLogWriter(bytes);
    long at = number(measurement.getFirst().get(1));
    log.outputComment("Sextant measurement " + measurement.getFirst().getFirst());
    log.outputLogFormatVersion();
    log.outputStartTime(at);
    log.outputLegend();
    for (String query : List.of("a", "b")) {
      for (String kind : List.of("all", "clean")) {
        Histogram histogram = new Histogram(DIGITS);
        histogram.setTag(query + "-" + kind);
        long end = 0;
        for (List<@Nullable Object> row : samples) {
          boolean counted =
              query.equals(row.get(QUERY))
                  && (kind.equals(row.get(VERDICT))
                      || (kind.equals("all") && !"warm-up".equals(row.get(VERDICT))));
          if (counted) {
            histogram.recordValue(Math.max(1, number(row.get(WALL))));
            end = Math.max(end, number(row.get(START)) + number(row.get(WALL)));
          }
        }
        histogram.setStartTimeStamp(at);
        histogram.setEndTimeStamp(at + (long) (end / 1e6));
        if (histogram.getTotalCount() > 0) {
          log.outputIntervalHistogram(
              at * MILLI, histogram.getEndTimeStamp() * MILLI, histogram, 1.0);
        }
      }
    }
    log.close();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static long number(@Nullable Object value) {
    return value instanceof Number number ? number.longValue() : 0;
  }
}
