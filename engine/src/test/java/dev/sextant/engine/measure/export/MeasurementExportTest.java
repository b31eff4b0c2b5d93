package dev.sextant.engine.measure.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sextant.engine.measure.CacheCounts;
import dev.sextant.engine.measure.MeasureOptions;
import dev.sextant.engine.measure.Measured;
import dev.sextant.engine.measure.MeasurementManifest;
import dev.sextant.engine.measure.MeasurementManifest.Field;
import dev.sextant.engine.measure.MeasurementManifest.Role;
import dev.sextant.engine.measure.MeasurementStore;
import dev.sextant.engine.measure.Measurer;
import dev.sextant.engine.measure.Subject;
import dev.sextant.engine.measure.events.EventSource;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.probe.HostProbes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are exported say what was measured. */
class MeasurementExportTest {
  private static final int RUNS = 120;
  private static final List<Path> CHROMIUM =
      List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"));

  @TempDir Path folder;

  private final MeasurementStore store =
      new MeasurementStore(Optional.empty(), InstantSource.system());
  private long id;
  private long[] walls = new long[0];
  private double sink;

  @BeforeEach
  void measure() {
    Subject work =
        new Subject() {
          @Override
          public void prepare(int number) {}

          @Override
          public long run() {
            for (int i = 0; i < 20_000; i++) {
              sink += Math.sqrt(i + sink);
            }
            return 1;
          }
        };
    Measured measured =
        new Measurer(
                new Measurer.Tools(
                    HostProbes.host().sources(),
                    EventSource.host(),
                    Kernel.host(),
                    CacheCounts.none(),
                    System::nanoTime))
            .measure(new MeasureOptions(RUNS, 0, 200, 0, 1), List.of(work), () -> false);
    MeasurementManifest manifest =
        new MeasurementManifest(List.of(Field.known("SQL", "a < b", Role.STABLE)));
    id = store.add("SELECT 1 WHERE 1 < 2", measured, manifest);
    walls = measured.walls(measured.of(0));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Path write(String format) {
    Path file = folder.resolve("measured." + format);
    assertThat(new MeasurementExport(store, id).write(format, file)).isEqualTo(RUNS);
    return file;
  }

  @Test
  void aHistogramLogIsReadByItsOwnLibrary() throws IOException {
    try (HistogramLogReader reader = new HistogramLogReader(write("hdr").toFile())) {
      EncodableHistogram read = reader.nextIntervalHistogram();
      assertThat(read.getTag()).isEqualTo("a-all");
      Histogram all = (Histogram) read;
      assertThat(all.getTotalCount()).isEqualTo(RUNS);
      long[] sorted = walls.clone();
      Arrays.sort(sorted);
      assertThat((double) all.getValueAtPercentile(50))
          .isBetween(sorted[RUNS / 2 - 1] * 0.998, sorted[RUNS / 2] * 1.002);
      assertThat((double) all.getMaxValue())
          .isBetween(sorted[RUNS - 1] * 0.998, sorted[RUNS - 1] * 1.002);
      Histogram clean = (Histogram) reader.nextIntervalHistogram();
      assertThat(clean == null || clean.getTag().equals("a-clean")).isTrue();
    }
  }

  @Test
  void aTableHasALineForEachSample() throws IOException {
    List<String> lines = Files.readAllLines(write("csv"));
    assertThat(lines).hasSize(RUNS + 1);
    List<String> columns = List.of(lines.getFirst().split(",", -1));
    long sum =
        lines.stream()
            .skip(1)
            .mapToLong(line -> Long.parseLong(line.split(",", -1)[columns.indexOf("wall_ns")]))
            .sum();
    assertThat(sum).isEqualTo(LongStream.of(walls).sum());
  }

  @Test
  void otherFormatsAndFoldersAreRefused() {
    MeasurementExport export = new MeasurementExport(store, id);
    assertThatThrownBy(() -> export.write("pdf", folder.resolve("x")))
        .hasMessageContaining("expects 'hdr', 'csv' or 'html' but got 'pdf'");
    assertThatThrownBy(() -> export.write("csv", folder.resolve("none/x")))
        .hasMessageContaining("cannot be written");
    assertThatThrownBy(() -> new MeasurementExport(store, 99))
        .hasMessageContaining("No measurement 99");
  }

  @Test
  void thePageNeedsNothingElse() throws IOException {
    String page = Files.readString(write("html"));
    assertThat(page).contains("SELECT 1 WHERE 1 &lt; 2").contains("a &lt; b");
    assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
  }

  @Test
  void aBrowserShowsTheNumbersThatWereMeasured() throws IOException, InterruptedException {
    Optional<Path> browser = CHROMIUM.stream().filter(Files::isExecutable).findFirst();
    assumeTrue(browser.isPresent(), "no Chromium is installed");
    Path page = write("html");
    Path dom = folder.resolve("dom.html");
    Process process =
        new ProcessBuilder(
                browser.orElseThrow().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--user-data-dir=" + folder.resolve("profile"),
                "--screenshot=" + folder.resolve("page.png"),
                "--window-size=1000,1400",
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(dom.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("Chromium ended").isTrue();
    String shown = Files.readString(dom, StandardCharsets.UTF_8);
    double slowest = LongStream.of(walls).max().orElseThrow() / 1e6;
    Matcher drawn =
        Pattern.compile("(\\d+) samples drawn, the slowest of ([\\d.]+) ms").matcher(shown);
    assertThat(drawn.find()).as(shown).isTrue();
    assertThat(Integer.parseInt(drawn.group(1))).isEqualTo(RUNS);
    assertThat(Double.parseDouble(drawn.group(2))).isEqualTo(slowest);
    Matcher median =
        Pattern.compile("<td>p50_ms</td><td class=\"n\" data-value=\"([\\d.E-]+)\">")
            .matcher(shown);
    assertThat(median.find()).isTrue();
    long[] sorted = walls.clone();
    Arrays.sort(sorted);
    assertThat(Double.parseDouble(median.group(1))).isEqualTo(sorted[RUNS / 2 - 1] * 1e-6);
  }
}
