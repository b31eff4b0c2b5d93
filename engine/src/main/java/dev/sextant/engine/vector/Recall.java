package dev.sextant.engine.vector;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.VectorCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * How many of the truly nearest rows an index finds, measured with rows of its own table as
 * queries, each of which is left out of its own answer.
 *
 * @param share of the rows found, from 0 to 1
 * @param k how many rows were searched for
 * @param samples how many queries
 * @param efSearch candidates that the searches kept
 */
public record Recall(double share, int k, int samples, int efSearch) {
  private static final long SEED = 42;
  private static final int MAX_SAMPLES = 10_000;
  private static final int MAX_K = 1_000;

  /** What is to be measured. */
  public record Wanted(
      String index,
      VectorColumn column,
      dev.sextant.storage.vector.Metric metric,
      long samples,
      long k) {}

  /**
   * Measures with the same sample whenever the table's keys are the same.
   *
   * @throws SextantException {@code 22023} for numbers out of range, or where the index is not used
   */
  static Recall of(Session session, long seq, Wanted wanted, BooleanSupplier cancelled) {
    requireRange("samples", wanted.samples(), MAX_SAMPLES);
    requireRange("k", wanted.k(), MAX_K);
    int k = (int) wanted.k();
    Map<Long, float[]> sample =
        sample(session.connection(), wanted.column(), (int) wanted.samples());
    List<KnnRequest> indexed = new ArrayList<>();
    List<KnnRequest> exact = new ArrayList<>();
    for (float[] query : sample.values()) {
      KnnRequest request =
          KnnRequest.of(wanted.column(), wanted.metric(), query, k + 1).cancelledBy(cancelled);
      indexed.add(request.by(wanted.index()));
      exact.add(request.exactly());
    }
    VectorTables tables = session.database().vectors();
    List<KnnResult> found = tables.search(session, seq, indexed);
    List<KnnResult> truth = tables.search(session, seq, exact);
    long hits = 0;
    long total = 0;
    int at = 0;
    for (Long own : sample.keySet()) {
      String note = found.get(at).note();
      if (note != null) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "The recall of index \"" + wanted.index() + "\" cannot be measured: " + note + ".");
      }
      double[] others = others(truth.get(at), own, k);
      total += others.length;
      if (others.length > 0) {
        double farthest = others[others.length - 1];
        for (double distance : others(found.get(at), own, k)) {
          hits += distance <= farthest ? 1 : 0;
        }
      }
      at++;
    }
    double share = total == 0 ? 1 : (double) hits / total;
    return new Recall(share, k, sample.size(), session.efSearch());
  }

  private static void requireRange(String name, long value, int most) {
    if (value < 1 || value > most) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Argument "
              + name
              + " of vector_recall expects from 1 to "
              + most
              + " but got "
              + value
              + ".");
    }
  }

  /** The distances of the k nearest rows but one. */
  private static double[] others(KnnResult result, long own, int k) {
    double[] distances = new double[Math.min(k, result.rowids().length)];
    int size = 0;
    for (int i = 0; i < result.rowids().length && size < distances.length; i++) {
      if (result.rowids()[i] != own) {
        distances[size++] = result.distances()[i];
      }
    }
    return java.util.Arrays.copyOf(distances, size);
  }

  /** Rows with a vector, by their keys: those that follow random places in the range of keys. */
  private static Map<Long, float[]> sample(
      SqliteConnection connection, VectorColumn column, int wanted) {
    String key = ChangeLog.quote(column.key());
    String vector = ChangeLog.quote(column.column());
    String table = "main." + ChangeLog.quote(column.table());
    long first = connection.queryLong("SELECT min(" + key + ") FROM " + table);
    long last = connection.queryLong("SELECT max(" + key + ") FROM " + table);
    SplittableRandom random = new SplittableRandom(SEED);
    Map<Long, float[]> sample = new LinkedHashMap<>();
    try (SqliteStatement next =
        connection.prepare(
            "SELECT "
                + key
                + ", "
                + vector
                + " FROM "
                + table
                + " WHERE "
                + key
                + " >= ? AND "
                + vector
                + " IS NOT NULL ORDER BY 1 LIMIT 1")) {
      for (int draw = 0; draw < 4 * wanted && sample.size() < wanted; draw++) {
        next.bind(1, last > first ? random.nextLong(first, last) : first);
        if (next.step()) {
          byte[] blob = next.getBlob(1);
          if (blob != null && blob.length == 4 * column.dimensions()) {
            sample.putIfAbsent(next.getLong(0), VectorCodec.decode(blob));
          }
        }
        next.reset();
      }
    }
    return sample;
  }
}
