package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.cache.DatabaseCache;
import dev.sextant.engine.cache.EmbeddingCache;
import dev.sextant.engine.cache.EmbeddingSpace;
import dev.sextant.engine.embed.EmbedRole;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.measure.export.MeasurementExport;
import dev.sextant.engine.udf.FunctionCatalog;
import dev.sextant.engine.udf.Profile;
import dev.sextant.engine.udf.Profiles;
import dev.sextant.sql.plan.Procedure;
import dev.sextant.udf.worker.SelfTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs what CALL names. */
final class Procedures {
  private static final long MILLIS = 1000;

  private final Session session;
  private final Procedure procedure;
  private final Map<String, Object> arguments;

  /**
   * A call.
   *
   * @param arguments Long, Double, String or byte[] by name; those that are NULL left out
   */
  Procedures(Session session, Procedure procedure, Map<String, Object> arguments) {
    this.session = session;
    this.procedure = procedure;
    this.arguments = arguments;
  }

  /** A number, or rows as JSON. */
  Object run() {
    return switch (procedure) {
      case CACHE_EVICT -> evict();
      case CACHE_INVALIDATE -> invalidate();
      case CACHE_PIN -> pin(true);
      case CACHE_UNPIN -> pin(false);
      case FEEDBACK -> feedback();
      case MEASUREMENT_EXPORT -> export();
      case NUMA_REDISCOVER -> (long) session.database().numa().rediscover().online().size();
      case SANDBOX_SELFTEST -> selfTest();
    };
  }

  private EmbeddingCache cache() {
    return session.database().cache().open();
  }

  private long evict() {
    if (!(arguments.get("bytes") instanceof Long bytes)) {
      throw expects("bytes", "a whole number");
    }
    String tier = text("tier").orElse(EmbeddingCache.HOT).toLowerCase(Locale.ROOT);
    return cache().evict(tier, bytes);
  }

  private long invalidate() {
    Optional<Duration> age = Optional.empty();
    if (arguments.containsKey("older_than")) {
      if (!(arguments.get("older_than") instanceof Number seconds)
          || !(seconds.doubleValue() >= 0)) {
        throw expects("older_than", "a number of seconds from 0");
      }
      age = Optional.of(Duration.ofMillis((long) (seconds.doubleValue() * MILLIS)));
    }
    return cache().invalidate(text("model").map(name -> name.toLowerCase(Locale.ROOT)), age);
  }

  private long pin(boolean pinned) {
    String text = text("text").orElseThrow(() -> expects("text", "a text"));
    EmbedRole role = text("role").map(this::role).orElse(EmbedRole.TEXT);
    EmbeddingSpace space =
        DatabaseCache.space(SessionModels.model(session, text("model").orElse(null)), role);
    return cache().pin(space, text, pinned) ? 1 : 0;
  }

  private long feedback() {
    if (!(arguments.get("decision_id") instanceof Long decision)) {
      throw expects("decision_id", "the number of a decision");
    }
    if (!(arguments.get("value") instanceof Number value)) {
      throw expects("value", "a number");
    }
    String metric = text("metric").orElseThrow(() -> expects("metric", "a text"));
    session
        .database()
        .router()
        .log()
        .feedback(decision, metric, value.doubleValue(), text("source").orElse("user"));
    return decision;
  }

  private long export() {
    if (!(arguments.get("id") instanceof Long id)) {
      throw expects("id", "the number of a measurement");
    }
    String format = text("format").orElseThrow(() -> expects("format", "'hdr', 'csv' or 'html'"));
    String path = text("path").orElseThrow(() -> expects("path", "the name of a file"));
    return new MeasurementExport(session.database().measurements(), id)
        .write(format, Path.of(path).toAbsolutePath());
  }

  private String selfTest() {
    String name = text("profile").orElse(Profiles.DEFAULT);
    Profile profile =
        FunctionCatalog.read(session.connection())
            .profile(name)
            .orElseThrow(() -> expects("profile", "the name of a sandbox profile"));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (SelfTest.Row row : session.database().functions().selfTest(profile.sandbox())) {
      rows.add(
          Arrays.asList(
              row.stage(),
              row.attempted(),
              row.expected(),
              row.observed(),
              row.control(),
              row.held() ? 1L : 0L));
    }
    return Json.rows(rows);
  }

  private EmbedRole role(String name) {
    return Arrays.stream(EmbedRole.values())
        .filter(role -> role.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() -> expects("role", "'text', 'query' or 'passage'"));
  }

  private Optional<String> text(String name) {
    Object value = arguments.get(name);
    if (value != null && !(value instanceof String)) {
      throw expects(name, "a text");
    }
    return Optional.ofNullable((String) value);
  }

  private SextantException expects(String name, String expected) {
    Object value = arguments.get(name);
    String got = value == null ? "nothing" : value instanceof byte[] ? "bytes" : value.toString();
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Argument "
            + name
            + " of "
            + procedure.sqlName()
            + " expects "
            + expected
            + " but got "
            + got
            + ".");
  }
}
