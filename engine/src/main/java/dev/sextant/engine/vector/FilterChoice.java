package dev.sextant.engine.vector;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/*
 * Two ways to the k nearest rows of those that a filter lets through.
 *
 * SURVIVORS reads the ids of all matching rows from SQLite and searches among these. CANDIDATES
 * searches among all rows for more than k, and lets SQLite check the nearest until k match. For a
 * share s of N rows and a search that keeps ef candidates for k rows:
 *
 *   SURVIVORS   N s (read + mark)  +  min(N s score, (ef / s) step)
 *   CANDIDATES  (ef / s) step  +  (k / s) check                 with an index
 *               N compare      +  (k / s) check                 without one
 *
 * Reading costs nothing where an earlier execution's ids still hold, and a pass over the table
 * where SQLite has no index for the filter. A graph's k-th match lies at rank k / s, and its recall
 * there is that of a search for so many rows; so ef grows by 1 / s as well. The constants are of
 * the order that was measured at 384 dimensions; what SQLite takes is learned from each plan's
 * executions. A wrong choice costs time, never a row.
 *
 * A search that is repeated with the same filter pays for reading the ids once. So when checking
 * candidates has cost as much as reading all ids would, they are read and kept: together that is at
 * most twice the cost of whichever way would have been the better from the beginning.
 */
/**
 * How a filtered search goes about it.
 *
 * @param path the way
 * @param count CANDIDATES: how many rows to check; SURVIVORS: how many ids to read at most
 * @param ef candidates that a search of an index keeps
 * @param estimate the share of rows taken to match; NaN where nothing was known
 * @param costs what was compared; null where there was nothing to compare
 */
record FilterChoice(Path path, int count, int ef, double estimate, @Nullable Costs costs) {
  private static final double STEP_NANOS = 1_100;
  private static final double COMPARE_NANOS = 80;
  private static final double SCORE_NANOS = 20;
  private static final double MARK_NANOS = 8;
  private static final double DEVIATIONS = 2.5;
  private static final int FIRST_SAMPLE = 32;
  private static final double FIRST_GUESS = 0.25;
  private static final int FIRST_PROBE = 1_000;

  /** A way. */
  enum Path {
    SURVIVORS,
    CANDIDATES
  }

  /**
   * What the choice depends on.
   *
   * @param rows in the column
   * @param indexed whether an index is searched
   * @param ef candidates for k rows without a filter
   * @param known how many ids are known already; -1 where they are not
   */
  record Situation(long rows, boolean indexed, int k, int ef, long known) {}

  /**
   * Expected nanoseconds.
   *
   * @param reading the ids of all matching rows
   * @param searching among these
   * @param checking candidates, their search included
   * @param repaid whether checking has already cost as much as reading would
   */
  record Costs(double reading, double searching, double checking, boolean repaid) {
    boolean favourSurvivors() {
      return reading + searching <= checking || repaid;
    }
  }

  /**
   * The cheaper way.
   *
   * @param seen the share of matches among candidates of this search; NaN before there are any
   */
  static FilterChoice of(Situation at, RowRestriction filter, double seen) {
    FilterStatistics.Of learned = filter.statistics();
    boolean known = at.known() >= 0;
    double all = known ? (double) at.known() / Math.max(1, at.rows()) : learned.all();
    if (Double.isNaN(all)) {
      return first(at, filter);
    }
    double near = !Double.isNaN(seen) ? seen : known ? all : learned.near();
    FilterChoice check = candidates(at, near);
    double reading = known ? 0 : reading(at, filter, all * at.rows());
    double searching = searching(at, all * at.rows());
    double checking = checking(at, learned, check);
    boolean repaid =
        !known && filter.keepsIds() && searching < checking && learned.spent() >= reading;
    Costs costs = new Costs(reading, searching, checking, repaid);
    return costs.favourSurvivors()
        ? new FilterChoice(Path.SURVIVORS, most(at, filter, costs), at.ef(), all, costs)
        : new FilterChoice(Path.CANDIDATES, check.count(), check.ef(), near, costs);
  }

  /** The reason, for people. */
  String reason() {
    Costs compared = costs;
    if (compared == null) {
      return "nothing was known of the filter";
    }
    return String.format(
        Locale.ROOT,
        "estimate %s; all ids %.2f ms, candidates %.2f ms%s",
        FilterStatistics.percent(estimate),
        (compared.reading() + compared.searching()) / 1e6,
        compared.checking() / 1e6,
        compared.repaid() ? "; the ids will be kept" : "");
  }

  /** Nothing is known: an index gives candidates to sample at once, a scan is worth a probe. */
  private static FilterChoice first(Situation at, RowRestriction filter) {
    if (at.indexed()) {
      int sample = (int) Math.min(at.rows(), Math.max(at.k(), FIRST_SAMPLE));
      return new FilterChoice(Path.CANDIDATES, sample, at.ef(), Double.NaN, null);
    }
    if (filter.readsWholeTable()) {
      return candidates(at, FIRST_GUESS);
    }
    int probe = (int) Math.max(at.k(), at.rows() * FIRST_GUESS);
    return new FilterChoice(Path.SURVIVORS, probe, at.ef(), Double.NaN, null);
  }

  private static FilterChoice candidates(Situation at, double share) {
    double likely = Math.clamp(share, 1.0 / Math.max(1, at.rows()), 1);
    double spread = DEVIATIONS * Math.sqrt(at.k() * (1 - likely));
    double count = Math.ceil((at.k() + spread) / likely);
    double ef = Math.ceil(at.ef() / likely);
    return new FilterChoice(Path.CANDIDATES, bounded(at, count), bounded(at, ef), likely, null);
  }

  private static int bounded(Situation at, double count) {
    long most = Math.max(1, Math.min(at.rows(), Integer.MAX_VALUE));
    return (int) Math.clamp(count, 1, (double) most);
  }

  private static double checking(Situation at, FilterStatistics.Of learned, FilterChoice choice) {
    double search =
        at.indexed()
            ? STEP_NANOS * Math.max(choice.ef(), choice.count())
            : COMPARE_NANOS * at.rows();
    return search + learned.nanosPerCheck() * choice.count();
  }

  private static double reading(Situation at, RowRestriction filter, double matching) {
    FilterStatistics.Of learned = filter.statistics();
    return filter.readsWholeTable()
        ? learned.nanosPerRowRead() * at.rows()
        : learned.nanosPerId() * matching;
  }

  private static double searching(Situation at, double matching) {
    double share = Math.max(1, matching) / Math.max(1, at.rows());
    double search =
        at.indexed()
            ? Math.min(SCORE_NANOS * matching, STEP_NANOS * at.ef() / share)
            : COMPARE_NANOS * matching;
    return MARK_NANOS * matching + search;
  }

  /** Ids to read at most: when that has cost twice the other way, the other is taken. */
  private static int most(Situation at, RowRestriction filter, Costs costs) {
    FilterStatistics.Of learned = filter.statistics();
    if (filter.readsWholeTable() || costs.repaid()) {
      return Integer.MAX_VALUE;
    }
    double most = 2 * costs.checking() / (learned.nanosPerId() + MARK_NANOS + SCORE_NANOS);
    if (!learned.isKnown()) {
      most = Math.min(most, Math.max(FIRST_PROBE, 2 * learned.all() * at.rows()));
    }
    return (int) Math.clamp(most, at.k(), Integer.MAX_VALUE - 1);
  }
}
