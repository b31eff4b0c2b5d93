package dev.sextant.engine.vector;

import java.util.Optional;

/**
 * The way of a range search that looks at few rows: where an index of SQLite's finds those that
 * fulfil the other conditions, and they are few, their vectors are read one by one. So a condition
 * on a key costs what it costs without vectors, and loads none into memory.
 */
final class FewRows {
  /** Reading so many rows takes a few milliseconds. */
  private static final int FEW = 1_000;

  private FewRows() {}

  /** The answer by few rows; empty where there is no restriction or it lets many rows through. */
  static Optional<KnnResult> search(KnnRequest request, TableRows rows) {
    RowRestriction filter = request.restriction();
    if (filter == null || filter.readsWholeTable() || filter.knownCount().orElse(0) > FEW) {
      return Optional.empty();
    }
    Optional<long[]> ids = filter.knownIds().or(() -> filter.ids(FEW));
    if (ids.isEmpty()) {
      return Optional.empty();
    }
    int count = ids.get().length;
    request.trace().path(() -> "distances of " + count + " rows read from SQLite");
    request.trace().addIds(count);
    Nearest nearest = Nearest.of(request);
    long scanned = rows.offer(request, ids.get(), nearest);
    request.trace().add(0, scanned);
    return Optional.of(nearest.result(scanned, ""));
  }
}
