package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Manifest;
import dev.sextant.jdbc.bench.Pages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Approximate search through JDBC beside the libraries that a user would take instead: recall and
 * speed, build, size; searches with filters; searches while rows are inserted.
 *
 * <p>Targets: {@code qps_ratio} at least 1, {@code build_ratio} at most 1.2, {@code filter_rows_ok}
 * 1, {@code filter_min_recall} at least 0.98, {@code filter_max_ratio} at most 3, {@code
 * search_p99_paced_ratio} at most 3, and {@code search_p99_unpaced_ratio} too, which it is far
 * from: rows that wait to be indexed are compared one by one.
 */
public final class AnnBench {
  private final AnnOptions options;
  private final Path root;
  private final Contenders contenders;
  private final Figures all = new Figures("");

  private AnnBench(AnnOptions options) throws IOException, InterruptedException {
    this.options = options;
    this.root = Path.of(System.getProperty("sextant.root", ".")).toRealPath();
    this.contenders = new Contenders(root, options.peers());
  }

  /** Runs it and prints its figures as the last line. */
  public static void run(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    AnnBench bench = new AnnBench(AnnOptions.of(args));
    for (String name : bench.options.data()) {
      bench.measure(name);
    }
    System.out.println(bench.all.json("ann"));
  }

  private void measure(String name) throws Exception {
    Optional<Dataset> loaded =
        name.equals("wordnet") ? Optional.of(WordnetData.load(options.rows())) : FashionData.load();
    if (loaded.isEmpty()) {
      System.out.println(name + " skipped: package dataset-fashion-mnist is not installed");
      return;
    }
    Dataset data = loaded.get().limitedTo(options.rows());
    System.out.printf("%s: %,d rows of %d%n", name, data.base().length, data.dimensions());
    boolean first = name.equals(options.data().getFirst());
    Figures figures = new Figures(first ? "" : name + "_");
    Manifest manifest = new Manifest(root, contenders.versions());
    AnnReport report = new AnnReport(data);
    report.heading(options.rounds());
    try (WorkFolder work = new WorkFolder(root);
        SearchBench search = new SearchBench(contenders, data, work)) {
      Path template = work.file("plain.db");
      SextantTable.create(template, data);
      search.run(template, options);
      search.addTo(figures);
      report.contenders(search, contenders);
      report.points(search);
      SextantContender best = (SextantContender) search.best().contender();
      int ef = search.headline().ef();
      if (options.parts().contains("filters")) {
        FilterBench filters = new FilterBench(data);
        filters.run(best.file(), ef, template);
        filters.addTo(figures);
        report.filters(filters.rows(), best.name(), ef);
      }
      if (options.parts().contains("ingest")) {
        IngestBench ingest = new IngestBench(data);
        ingest.run(best.file(), ef, work.file("sqlite.db"));
        ingest.addTo(figures);
        report.ingest(ingest.phases());
      }
      manifest.ended();
      report.manifest(figures, manifest);
      all.addAll(figures);
      Pages pages = new Pages(root, options.write());
      String page = "ann-" + data.name();
      pages.write(page + ".svg", Chart.of(data, search.curves()));
      System.out.println();
      pages.publish(page, report.toString(), new Pages.Run(figures, manifest));
    }
  }
}
