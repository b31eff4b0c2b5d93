package dev.sextant.engine.embed;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.Secret;
import dev.sextant.storage.vector.VectorLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A model that a user has defined.
 *
 * @param name as SQL calls it, in lower case
 * @param method what runs it
 * @param options as they were given, by name
 * @param dimensions length of its vectors; 0 before the model was loaded for the first time
 * @param fingerprint of the model as it was then, see {@link EmbeddingModel#fingerprint()}
 */
public record ModelDefinition(
    String name, Method method, Map<String, String> options, int dimensions, String fingerprint) {
  /** The window of a model for which none is given. */
  public static final int DEFAULT_MAX_TOKENS = 512;

  private static final int MAX_MAX_TOKENS = 1 << 20;
  private static final int DEFAULT_BATCH = 128;
  private static final int MAX_BATCH = 2048;
  private static final int DEFAULT_TIMEOUT_SECONDS = 30;
  private static final int MAX_TIMEOUT_SECONDS = 3600;

  /** What runs a model, and the options it takes. */
  public enum Method {
    /** ONNX Runtime in this process. */
    ONNX,
    /** An OpenAI-compatible server. */
    HTTP;

    private List<String> options() {
      return switch (this) {
        case ONNX ->
            List.of(
                "path",
                "tokenizer",
                "pooling",
                "normalize",
                "query_prefix",
                "passage_prefix",
                "max_tokens");
        case HTTP ->
            List.of(
                "url",
                "model",
                "secret",
                "dimensions",
                "batch",
                "timeout",
                "normalize",
                "query_prefix",
                "passage_prefix");
      };
    }

    private List<String> required() {
      return switch (this) {
        case ONNX -> List.of("path");
        case HTTP -> List.of("url", "model", "dimensions");
      };
    }

    /** The name in SQL. */
    public String sqlName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The method of that name, whatever its case.
     *
     * @throws SextantException {@code 22023} naming the nearest known one
     */
    public static Method of(String name) {
      return Names.choice("embedding method", name, List.of(values()), Method::sqlName);
    }
  }

  /** Checks the options' names and copies them. */
  public ModelDefinition {
    for (String option : options.keySet()) {
      Names.choice("option of " + method.sqlName(), option, method.options(), known -> known);
    }
    List<String> missing = new ArrayList<>(method.required());
    missing.removeAll(options.keySet());
    if (!missing.isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Embedding model \"" + name + "\" needs the option " + String.join(", ", missing) + ".");
    }
    options = Map.copyOf(options);
  }

  /** A definition whose model was never loaded. */
  public static ModelDefinition of(String name, Method method, Map<String, String> options) {
    ModelDefinition definition =
        new ModelDefinition(name.toLowerCase(Locale.ROOT), method, options, 0, "");
    definition.shape();
    if (method == Method.HTTP) {
      definition.http();
    }
    return definition;
  }

  /** The same with what loading the model has shown. */
  ModelDefinition loaded(EmbeddingModel model) {
    return new ModelDefinition(name, method, options, model.dimensions(), model.fingerprint());
  }

  Optional<String> option(String option) {
    return Optional.ofNullable(options.get(option));
  }

  /** The options in the order of their names. */
  Map<String, String> sortedOptions() {
    return new TreeMap<>(options);
  }

  /**
   * How the model is run.
   *
   * @throws SextantException {@code 22023} for an option out of its range
   */
  ModelShape shape() {
    return new ModelShape(
        name,
        method == Method.HTTP ? number("dimensions", 0, VectorLimits.MAX_DIMENSIONS) : dimensions,
        number("max_tokens", method == Method.HTTP ? 0 : DEFAULT_MAX_TOKENS, MAX_MAX_TOKENS),
        option("pooling").map(Pooling::of).orElse(Pooling.MEAN),
        option("normalize").map(this::isTrue).orElse(true),
        option("query_prefix").orElse(""),
        option("passage_prefix").orElse(""));
  }

  /**
   * How the server is asked.
   *
   * @throws SextantException {@code 22023} for an option out of its range
   */
  HttpEmbeddingModel.Options http() {
    return new HttpEmbeddingModel.Options(
        shape(),
        HttpEmbeddingModel.address(option("url").orElse("")),
        option("model").orElse(""),
        number("batch", DEFAULT_BATCH, MAX_BATCH),
        Duration.ofSeconds(number("timeout", DEFAULT_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS)),
        option("secret").map(Secret::of));
  }

  /** Where it comes from. */
  String source() {
    return switch (method) {
      case ONNX -> option("path").orElse("");
      case HTTP -> HttpEmbeddingModel.shown(http().url());
    };
  }

  private boolean isTrue(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "on", "1" -> true;
      case "false", "off", "0" -> false;
      default -> throw invalid("normalize", "true or false", value);
    };
  }

  int number(String option, int otherwise, int most) {
    Optional<String> given = option(option);
    if (given.isEmpty()) {
      return otherwise;
    }
    String digits = given.get();
    int number = digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : 0;
    if (number < 1 || number > most) {
      throw invalid(option, "from 1 to " + most, digits);
    }
    return number;
  }

  private SextantException invalid(String option, String expected, String got) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Option "
            + option
            + " of embedding model \""
            + name
            + "\" expects "
            + expected
            + " but got \""
            + got
            + "\".");
  }
}
