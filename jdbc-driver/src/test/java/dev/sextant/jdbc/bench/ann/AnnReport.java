package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The tables of one data set, as Markdown, which reads well enough on a screen. */
final class AnnReport {
  private final StringBuilder out = new StringBuilder();
  private final Dataset data;

  AnnReport(Dataset data) {
    this.data = data;
  }

  /** Begins the page. */
  void heading(int rounds) {
    line("# Approximate search: " + data.name());
    line("");
    line(
        "%,d rows of %d dimensions, %s, by %s; %,d queries that are not among the rows; recall@%d"
            .formatted(
                data.base().length,
                data.dimensions(),
                data.about(),
                data.metric() == dev.sextant.storage.vector.Metric.COSINE ? "cosine" : "L2",
                data.queries().length,
                Contender.K));
    line(
        "against the exact answer. One thread searches. Contenders take turns at each point, "
            + rounds
            + " rounds;");
    line(
        "speeds are medians of the rounds, per CPU-second unless it says \"clock\"; \"best\" is the"
            + " best round.");
    line(
        "Sextant is asked through JDBC, by a prepared statement over a table in a file; the"
            + " others by their own calls.");
    line("Made by: bin/sextant bench ann --data " + data.name());
    line("");
    line("![recall and speed](ann-" + data.name() + ".svg)");
    line("");
  }

  /** Build and size of each contender, and speed at the target. */
  void contenders(SearchBench search, Contenders contenders) {
    line("## Contenders");
    line("");
    line(
        "| | built, CPU s | clock s | two threads: CPU s | clock s | disk MB | memory MB |"
            + " mapped MB | queries/s at 0.98 | best | clock |");
    line("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (Curve curve : search.curves()) {
      Contender.Build one = curve.builds().get(1);
      Contender.Build two = curve.builds().get(2);
      line(
          "| "
              + String.join(
                  " | ",
                  curve.contender().name(),
                  number(one == null ? Double.NaN : one.cpuSeconds(), 1),
                  number(one == null ? Double.NaN : one.wallSeconds(), 1),
                  number(two == null ? Double.NaN : two.cpuSeconds(), 1),
                  number(two == null ? Double.NaN : two.wallSeconds(), 1),
                  number(one == null ? Double.NaN : one.diskBytes() / 1e6, 1),
                  number(one == null ? Double.NaN : one.memoryBytes() / 1e6, 1),
                  number(one == null ? Double.NaN : one.mappedBytes() / 1e6, 1),
                  speed(curve, Curve.Point::cpu),
                  speed(curve, Curve.Point::bestCpu),
                  speed(curve, Curve.Point::wall))
              + " |");
    }
    contenders
        .skipped()
        .forEach((name, why) -> line("| " + name + " | skipped: " + why + " | | | | | | | | | |"));
    line("");
    line("The vectors as float32 are %.1f MB.".formatted(data.rawBytes() / 1e6));
    search.curves().stream()
        .map(Curve::contender)
        .filter(SextantContender.class::isInstance)
        .map(SextantContender.class::cast)
        .findFirst()
        .ifPresent(
            ours ->
                line(
                    "Sextant's table is %.1f MB of its own beside the index."
                        .formatted(ours.databaseBytes() / 1e6)));
    line("CPU of a build is that of the process, with the JVM's compiler and collector. Mapped is");
    line("what a search reads through the system's page cache, all of it or in part.");
    line("");
    search.curves().stream()
        .map(Curve::contender)
        .forEach(contender -> line("- " + contender.name() + ": " + contender.settings()));
    line("");
  }

  private static String speed(
      Curve curve, java.util.function.ToDoubleFunction<Curve.Point> measure) {
    OptionalDouble speed = curve.speedAt(SearchBench.TARGET, measure);
    return speed.isPresent() ? number(speed.getAsDouble(), 0) : "-";
  }

  private static String number(double value, int digits) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  /** What was measured at each point. */
  void points(SearchBench search) {
    line("## Points");
    line("");
    line("Recall, then queries per CPU-second (median, best) and by the clock (median).");
    line("");
    line("| | ef | recall | CPU | best | clock |");
    line("|---|---:|---:|---:|---:|---:|");
    for (Curve curve : search.curves()) {
      for (Curve.Point point : curve.points()) {
        line(
            "| %s | %s | %.4f | %,.0f | %,.0f | %,.0f |"
                .formatted(
                    curve.contender().name(),
                    curve.contender().exact() ? "-" : point.ef(),
                    point.recall(),
                    point.cpu(),
                    point.bestCpu(),
                    point.wall()));
      }
    }
    line("");
  }

  /** Searches with a filter. */
  void filters(List<FilterBench.Row> rows, String who, int ef) {
    line("## Filters");
    line("");
    line(
        who
            + " with hnsw.ef_search = "
            + ef
            + "; microseconds of CPU a query, medians; \"exact\" is the same statement without a"
            + " vector index.");
    line("");
    line(
        "| share | parameter | rows as wanted | recall | us | clock us | exact us |"
            + " unfiltered us | times the better |");
    line("|---|---|---|---:|---:|---:|---:|---:|---:|");
    for (FilterBench.Row row : rows) {
      line(
          "| %s | %s | %s | %.4f | %,.0f | %,.0f | %,.0f | %,.0f | %.2f |"
              .formatted(
                  row.share(),
                  row.parameter(),
                  row.complete() ? "yes" : "NO",
                  row.recall(),
                  row.micros(),
                  row.wallMicros(),
                  row.exactMicros(),
                  row.unfilteredMicros(),
                  row.ratio()));
    }
    line("");
  }

  /** Searches while rows are inserted. */
  void ingest(List<IngestBench.Phase> phases) {
    line("## Inserting and searching");
    line("");
    line(
        "Transactions of 100 rows, synchronous=full; unpaced is as fast as the connection goes."
            + " Times by the clock. Waiting is how many rows have no graph yet at the end, then how"
            + " long it takes until fewer than 1,000 have none.");
    line("");
    line(
        "| | rows | rows/s | CPU us a row | searches | p50 us | p99 us | p99 CPU us | waiting"
            + " | caught up after s |");
    line("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (IngestBench.Phase phase : phases) {
      List<String> cells = new ArrayList<>(List.of(phase.name()));
      cells.add(phase.rows() == 0 ? "-" : number(phase.rows(), 0));
      cells.add(phase.rows() == 0 ? "-" : number(phase.rowsPerSecond(), 0));
      cells.add(phase.rows() == 0 ? "-" : number(phase.cpuMicrosPerRow(), 0));
      cells.add(phase.searches() == 0 ? "-" : number(phase.searches(), 0));
      cells.add(number(phase.p50(), 0));
      cells.add(number(phase.p99(), 0));
      cells.add(number(phase.cpuP99(), 0));
      cells.add(phase.searches() == 0 ? "-" : number((double) phase.waiting(), 0));
      cells.add(Double.isNaN(phase.caughtUp()) ? "-" : number(phase.caughtUp(), 1));
      line("| " + String.join(" | ", cells) + " |");
    }
    line("");
  }

  /** The figures and where they were taken. */
  void manifest(Figures figures, Manifest manifest) {
    out.append(figures.table(manifest));
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
