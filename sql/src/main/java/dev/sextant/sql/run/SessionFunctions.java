package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.RankFusion;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.storage.sqlite.ScalarFunction;
import dev.sextant.storage.sqlite.ScalarFunction.Arguments;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorCodec;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sextant's functions on one SQLite connection, and what compiled statements prepare for them:
 * distances of hits, vectors of texts.
 */
public final class SessionFunctions {
  private final Map<Long, Map<Long, Double>> hits = new HashMap<>();
  private final Map<Long, Function<String, byte[]>> embeddings = new HashMap<>();
  private final Map<Long, Map<ByteBuffer, Long>> queries = new HashMap<>();
  private final Map<Long, List<RankFusion.Fused>> fused = new HashMap<>();
  private final Session session;
  private final TextFunctions texts;
  private final RouteFunctions routes;
  private long lastHandle;

  /** Registers the functions on a session's connection. */
  public SessionFunctions(Session session) {
    this.session = session;
    SqliteConnection connection = session.connection();
    connection.createFunction("l2_distance", distance(Metric.L2));
    connection.createFunction("cosine_distance", distance(Metric.COSINE));
    connection.createFunction("negative_inner_product", distance(Metric.INNER_PRODUCT));
    connection.createFunction("l1_distance", distance(Metric.L1));
    connection.createFunction("inner_product", SessionFunctions::innerProduct);
    connection.createFunction("vector_distance", SessionFunctions::vectorDistance);
    connection.createFunction("vector_dims", unary("vector_dims", v -> (long) v.length));
    connection.createFunction("l2_norm", unary("l2_norm", Metric::norm));
    connection.createFunction("l2_normalize", unary("l2_normalize", SessionFunctions::normalized));
    connection.createFunction("subvector", SessionFunctions::subvector);
    connection.createFunction("vector", unary("vector", VectorCodec::encode));
    connection.createFunction(VectorCalls.VECTOR, SessionFunctions::checkedVector);
    connection.createFunction(VectorCalls.HIT, this::hit);
    connection.createFunction(VectorCalls.QUERY, this::query);
    connection.createFunction(VectorCalls.EMBED, this::embedded);
    connection.createFunction(VectorCalls.FUSED, this::fused);
    this.texts = new TextFunctions(connection);
    this.routes = new RouteFunctions(session);
    new NumaFunctions(session.database().numa()).register(connection);
  }

  /** The session whose connection has the functions. */
  Session session() {
    return session;
  }

  /** The functions that give what CHUNK has cut. */
  TextFunctions texts() {
    return texts;
  }

  /** The functions of chat models. */
  RouteFunctions routes() {
    return routes;
  }

  /** Keeps the distances of hits for one execution. */
  public long keepHits(Map<Long, Double> distances) {
    hits.put(++lastHandle, distances);
    return lastHandle;
  }

  /** Keeps the numbers of query vectors for one execution. */
  public long keepQueries(Map<ByteBuffer, Long> numbers) {
    queries.put(++lastHandle, numbers);
    return lastHandle;
  }

  /** Keeps rows that two searches have found for one execution. */
  public long keepFused(List<RankFusion.Fused> rows) {
    fused.put(++lastHandle, rows);
    return lastHandle;
  }

  /** Keeps a way to a text's vector for one execution. */
  public long keepEmbeddings(Function<String, byte[]> vectors) {
    embeddings.put(++lastHandle, vectors);
    return lastHandle;
  }

  /** Forgets what was kept for an execution. */
  public void release(long handle) {
    hits.remove(handle);
    embeddings.remove(handle);
    queries.remove(handle);
    fused.remove(handle);
  }

  private @Nullable Object hit(Arguments arguments) {
    Map<Long, Double> distances = hits.get(arguments.getLong(0));
    return distances == null ? null : distances.get(arguments.getLong(1));
  }

  private @Nullable Object fused(Arguments arguments) {
    List<RankFusion.Fused> rows = fused.getOrDefault(arguments.getLong(0), List.of());
    RankFusion.Fused row = rows.get((int) arguments.getLong(1));
    boolean near = row.vectorRank() > 0;
    boolean said = row.textRank() > 0;
    return switch ((int) arguments.getLong(2)) {
      case 0 -> row.rowid();
      case 1 -> row.score();
      case 2 -> near ? (Object) (long) row.vectorRank() : null;
      case 3 -> near ? (Object) row.distance() : null;
      case 4 -> said ? (Object) (long) row.textRank() : null;
      default -> said ? (Object) row.bm25() : null;
    };
  }

  private @Nullable Object query(Arguments arguments) {
    if (arguments.isNull(1)) {
      return null;
    }
    Map<ByteBuffer, Long> numbers = queries.getOrDefault(arguments.getLong(0), Map.of());
    byte[] vector =
        arguments.isBlob(1)
            ? arguments.getBlob(1)
            : VectorCodec.encode(VectorCodec.parse(arguments.getText(1)));
    Long number = numbers.get(ByteBuffer.wrap(vector));
    if (number == null) {
      throw new SextantException(
          ErrorCode.INTERNAL, "A vector that knn is to search for was not there before.");
    }
    return number;
  }

  private @Nullable Object embedded(Arguments arguments) {
    if (arguments.isNull(1)) {
      return null;
    }
    if (arguments.isBlob(1)) {
      throw new SextantException(
          ErrorCode.INVALID_DATA, "EMBED expects a text but got bytes. Give it a text.");
    }
    Function<String, byte[]> vectors = embeddings.get(arguments.getLong(0));
    if (vectors == null) {
      throw new SextantException(
          ErrorCode.INTERNAL, "No vectors were prepared for this statement.");
    }
    return vectors.apply(arguments.getText(1));
  }

  private static ScalarFunction distance(Metric metric) {
    return arguments -> {
      requireCount(arguments, 2, metric.name() + " distance");
      return distance(metric, arguments);
    };
  }

  private static @Nullable Object distance(Metric metric, Arguments arguments) {
    if (arguments.isNull(0) || arguments.isNull(1)) {
      return null;
    }
    double distance = metric.distance(vector(arguments, 0), vector(arguments, 1));
    return Double.isNaN(distance) ? null : distance;
  }

  private static @Nullable Object innerProduct(Arguments arguments) {
    requireCount(arguments, 2, "inner_product");
    return distance(Metric.INNER_PRODUCT, arguments) instanceof Double negative
        ? (Object) (0.0 - negative)
        : null;
  }

  private static @Nullable Object vectorDistance(Arguments arguments) {
    requireCount(arguments, 3, "vector_distance");
    String name = arguments.getText(2).toLowerCase(Locale.ROOT);
    Metric metric =
        switch (name) {
          case "l2", "euclidean" -> Metric.L2;
          case "cosine" -> Metric.COSINE;
          case "ip", "inner_product", "dot" -> Metric.INNER_PRODUCT;
          case "l1", "manhattan", "taxicab" -> Metric.L1;
          default ->
              throw new SextantException(
                  ErrorCode.INVALID_PARAMETER,
                  "vector_distance expects the metric l2, cosine, ip or l1 but got \""
                      + name
                      + "\".");
        };
    return distance(metric, arguments);
  }

  private static ScalarFunction unary(String name, Function<float[], Object> function) {
    return arguments -> {
      requireCount(arguments, 1, name);
      return arguments.isNull(0) ? null : function.apply(vector(arguments, 0));
    };
  }

  private static byte[] normalized(float[] vector) {
    double norm = Metric.norm(vector);
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = norm == 0 ? 0 : (float) (vector[i] / norm);
    }
    return VectorCodec.encode(unit);
  }

  private static @Nullable Object subvector(Arguments arguments) {
    requireCount(arguments, 3, "subvector");
    if (arguments.isNull(0)) {
      return null;
    }
    float[] vector = vector(arguments, 0);
    long start = arguments.getLong(1);
    long count = arguments.getLong(2);
    if (start < 1 || count < 1 || start + count - 1 > vector.length) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "subvector expects a start from 1 and a count within the vector's "
              + vector.length
              + " dimensions but got start "
              + start
              + " and count "
              + count
              + ".");
    }
    int from = (int) start - 1;
    return VectorCodec.encode(java.util.Arrays.copyOfRange(vector, from, from + (int) count));
  }

  private static @Nullable Object checkedVector(Arguments arguments) {
    if (arguments.isNull(0)) {
      return null;
    }
    float[] vector = vector(arguments, 0);
    int expected = (int) arguments.getLong(1);
    String what = arguments.count() > 2 ? arguments.getText(2) : "VECTOR(" + expected + ")";
    VectorCodec.requireDimensions(vector, expected, what);
    VectorCodec.requireFinite(vector);
    return VectorCodec.encode(vector);
  }

  private static float[] vector(Arguments arguments, int position) {
    return arguments.isBlob(position)
        ? VectorCodec.decode(arguments.getBlob(position))
        : VectorCodec.parse(arguments.getText(position));
  }

  static void requireCount(Arguments arguments, int expected, String name) {
    if (arguments.count() != expected) {
      throw new SextantException(
          ErrorCode.UNKNOWN_FUNCTION,
          "Function "
              + name
              + " expects "
              + expected
              + " arguments and got "
              + arguments.count()
              + ".");
    }
  }
}
