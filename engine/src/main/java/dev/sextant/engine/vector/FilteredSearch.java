package dev.sextant.engine.vector;

import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * The nearest of the rows that a filter lets through: min(k, matching) of them, whatever way is
 * taken and however wrong its estimate was. {@link FilterChoice} tells the ways.
 */
final class FilteredSearch {
  private static final int MAX_CHECKS = 5;

  /** How much farther than expected the k-th match may lie without harm to the recall. */
  private static final double RANK_SLACK = 1.25;

  private final KnnRequest request;
  private final RowRestriction filter;
  private final FilterChoice.Situation situation;
  private final Function<KnnRequest, KnnResult> search;
  private final SearchTrace trace;
  private final InstantSource clock;

  /** The share of candidates that matched in this search; NaN before any was checked. */
  private double seen = Double.NaN;

  /**
   * A search.
   *
   * @param request with a restriction
   * @param search answers requests without one
   * @param clock tells what the ways take
   */
  FilteredSearch(
      KnnRequest request,
      FilterChoice.Situation situation,
      Function<KnnRequest, KnnResult> search,
      InstantSource clock) {
    this.request = request;
    this.filter = Objects.requireNonNull(request.restriction());
    this.situation = situation;
    this.search = search;
    this.clock = clock;
    this.trace = request.trace();
  }

  /** What {@link #run} would begin with, for people. */
  static String described(FilterChoice.Situation situation, RowRestriction filter) {
    if (!filter.checksRows()) {
      return "read all matching ids, then search among them (the query's form allows no other way)";
    }
    FilterChoice choice =
        FilterChoice.of(withKnown(situation, filter.knownCount()), filter, Double.NaN);
    String way =
        switch (choice.path()) {
          case SURVIVORS -> "read the matching ids, then search among them";
          case CANDIDATES -> "search all rows, then check the nearest " + choice.count();
        };
    return way + " (" + choice.reason() + ")";
  }

  private static FilterChoice.Situation withKnown(FilterChoice.Situation at, OptionalLong known) {
    return known.isEmpty()
        ? at
        : new FilterChoice.Situation(at.rows(), at.indexed(), at.k(), at.ef(), known.getAsLong());
  }

  KnnResult run() {
    if (!filter.checksRows()) {
      trace.path(() -> "filter: all ids, since the query's form allows no other way");
      return among(filter.knownIds().orElseGet(() -> ids(Integer.MAX_VALUE).orElseThrow()));
    }
    FilterChoice.Situation at = withKnown(situation, filter.knownCount());
    for (int round = 0; round < MAX_CHECKS; round++) {
      FilterChoice choice = FilterChoice.of(at, filter, seen);
      Optional<KnnResult> result =
          switch (choice.path()) {
            case SURVIVORS -> survivors(choice);
            case CANDIDATES -> candidates(choice);
          };
      if (result.isPresent()) {
        return result.get();
      }
    }
    trace.path(() -> "filter: all ids, since estimates were wrong");
    return among(filter.knownIds().orElseGet(() -> ids(Integer.MAX_VALUE).orElseThrow()));
  }

  private Optional<KnnResult> survivors(FilterChoice choice) {
    Optional<long[]> known = filter.knownIds();
    Optional<long[]> ids = known.isPresent() ? known : ids(choice.count());
    trace.path(() -> "filter: " + whichIds(ids, known, choice) + " (" + choice.reason() + ")");
    return ids.map(this::among);
  }

  private static String whichIds(
      Optional<long[]> ids, Optional<long[]> known, FilterChoice choice) {
    if (known.isPresent()) {
      return known.get().length + " ids known from an earlier execution";
    }
    return ids.map(all -> all.length + " ids read from SQLite")
        .orElse("more than " + choice.count() + " ids, given up");
  }

  private Optional<long[]> ids(int most) {
    Elapsed elapsed = Elapsed.by(clock);
    Optional<long[]> ids = filter.ids(most);
    long nanos = elapsed.nanos();
    if (ids.isPresent()) {
      filter
          .statistics()
          .counted(ids.get().length, situation.rows(), nanos, filter.readsWholeTable());
      trace.addIds(ids.get().length);
    } else {
      filter.statistics().exceeds(most + 1L, situation.rows());
      trace.addIds(most);
    }
    return ids;
  }

  private KnnResult among(long[] ids) {
    return search.apply(request.among(ids));
  }

  /** Empty where too few of the candidates match, or too far behind for a graph's recall. */
  private Optional<KnnResult> candidates(FilterChoice choice) {
    Elapsed whole = Elapsed.by(clock);
    KnnResult found = search.apply(request.nearest(choice.count()).withEf(choice.ef()));
    Elapsed check = Elapsed.by(clock);
    Set<Long> matching = new HashSet<>();
    for (long id : filter.matching(found.rowids())) {
      matching.add(id);
    }
    int checked = found.rowids().length;
    filter.statistics().checked(checked, matching.size(), check.nanos());
    filter.statistics().spent(whole.nanos());
    trace.addChecked(checked);
    trace.path(
        () ->
            "filter: "
                + matching.size()
                + " of "
                + checked
                + " candidates match ("
                + choice.reason()
                + ")");
    int rank = rankOfLast(found.rowids(), matching);
    boolean allSeen = checked < choice.count();
    seen = rank > 0 ? (double) request.k() / rank : (matching.size() + 0.5) / (checked + 1);
    return allSeen || (rank > 0 && isSearchedWell(rank, choice.ef()))
        ? Optional.of(taken(found, matching))
        : Optional.empty();
  }

  /** How many candidates it takes for k matches; 0 where they are too few. */
  private int rankOfLast(long[] rowids, Set<Long> matching) {
    int found = 0;
    for (int i = 0; i < rowids.length; i++) {
      if (matching.contains(rowids[i]) && ++found == request.k()) {
        return i + 1;
      }
    }
    return 0;
  }

  private boolean isSearchedWell(int rank, int ef) {
    double wanted = (double) rank * situation.ef() / request.k();
    return !situation.indexed() || ef * RANK_SLACK >= wanted || ef >= situation.rows();
  }

  private KnnResult taken(KnnResult found, Set<Long> matching) {
    long[] rowids = new long[Math.min(request.k(), matching.size())];
    double[] distances = new double[rowids.length];
    int size = 0;
    for (int i = 0; i < found.rowids().length && size < rowids.length; i++) {
      if (matching.contains(found.rowids()[i])) {
        rowids[size] = found.rowids()[i];
        distances[size++] = found.distances()[i];
      }
    }
    return new KnnResult(
        Arrays.copyOf(rowids, size), Arrays.copyOf(distances, size), found.scanned(), found.note());
  }
}
