package dev.sextant.jdbc.bench;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.measure.InstrumentTrial;
import dev.sextant.engine.measure.stats.Verdict;
import dev.sextant.sql.CountingTrial;
import dev.sextant.sql.SqlEngine;
import dev.sextant.sql.SqlSession;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What MEASURE costs, how often its verdicts are right, and what counting statements costs.
 *
 * <p>Targets: {@code overhead_percent} at most 1, {@code stats_us} at most 0.5, {@code
 * explained_min} at least 0.9, {@code aa_cannot_tell} at least 0.95, {@code planted_found}, of 5 %
 * and in {@code planted_pairs} pairs, at least 0.9.
 */
final class MeasureBench {
  private static final int PAIRS = 400;

  private MeasureBench() {}

  /** Runs it and prints its figures as the last line. */
  static void run(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    Path root = Pages.root();
    Pages pages = Pages.of(root, args);
    Manifest manifest = new Manifest(root, Map.of());
    Figures figures = new Figures("");
    InstrumentTrial trial = new InstrumentTrial();
    figures.add("overhead_percent", trial.overheadPercent(9));
    try (SqlEngine engine = new SqlEngine(new Database(Optional.empty(), Settings.defaults()));
        SqlSession session = engine.connect()) {
      figures.add("stats_us", new CountingTrial(session).micros(200));
    }
    figures.add("explained_min", trial.explainedMin(5));
    figures.add("aa_cannot_tell", trial.share(Verdict.CANNOT_TELL, 1, 100, 200));
    figures.add("planted_found", trial.share(Verdict.SLOWER, 1.05, PAIRS, 50));
    figures.add("planted_pairs", PAIRS);
    manifest.ended();
    String report = "# bench measure\n\n" + figures.table(manifest);
    pages.publish("measure", report, new Pages.Run(figures, manifest));
    System.out.println(figures.json("measure"));
  }
}
