package dev.sextant.engine.measure.export;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.measure.MeasurementStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes a measurement that is kept to a file. */
public final class MeasurementExport {
  private final MeasurementStore store;
  private final long id;

  /**
   * An export.
   *
   * @throws SextantException {@code 22023} where there is no such measurement
   */
  public MeasurementExport(MeasurementStore store, long id) {
    this.store = store;
    this.id = id;
    store.manifest(id);
  }

  /**
   * Writes the file, replacing one of that name.
   *
   * @param format {@code hdr}, {@code csv} or {@code html}
   * @return the number of samples in it
   * @throws SextantException {@code 22023} for another format, {@code 58030} where the file cannot
   *     be written
   */
  public long write(String format, Path file) {
    List<List<@Nullable Object>> samples = store.rows("measurement_samples", id);
    String text =
        switch (format.toLowerCase(Locale.ROOT)) {
          case "hdr" -> HistogramLog.of(store.rows("measurements", id), samples);
          case "csv" -> csv(samples);
          case "html" -> new HtmlReport(store, id).text();
          default ->
              throw new SextantException(
                  ErrorCode.INVALID_PARAMETER,
                  "Argument format of measurement_export expects 'hdr', 'csv' or 'html' but got '"
                      + format
                      + "'.");
        };
    try {
      Files.writeString(file, text);
    } catch (IOException failure) {
      throw new SextantException(
          ErrorCode.IO_ERROR,
          "The file \""
              + file
              + "\" cannot be written"
              + (Files.isDirectory(file)
                  ? ": it is a folder. Give the path of a file."
                  : ". Does its folder exist?"),
          failure);
    }
    return samples.size();
  }

  /** RFC 4180: a head with the columns' names, empty for NULL. */
  private static String csv(List<List<@Nullable Object>> samples) {
    StringBuilder text = new StringBuilder();
    for (String column : MeasurementStore.columns("measurement_samples")) {
      text.append(text.isEmpty() ? "" : ",").append(column.split(" ", 2)[0]);
    }
    text.append("\r\n");
    for (List<@Nullable Object> row : samples) {
      for (int i = 0; i < row.size(); i++) {
        Object value = row.get(i);
        text.append(i == 0 ? "" : ",").append(value == null ? "" : value);
      }
      text.append("\r\n");
    }
    return text.toString();
  }
}
