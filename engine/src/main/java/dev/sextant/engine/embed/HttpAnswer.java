package dev.sextant.engine.embed;

import dev.sextant.engine.http.JsonText;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an OpenAI-compatible server answers to a request for embeddings. */
final class HttpAnswer {

  private HttpAnswer() {}

  /** An answer that is not what was asked for. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    Wrong(String what) {
      super(what);
    }
  }

  /**
   * The vectors of an answer, in the order of the texts.
   *
   * @param texts how many were sent
   * @param dimensions of each
   */
  static List<float[]> vectors(String body, int texts, int dimensions) throws Wrong {
    Object answer;
    try {
      answer = JsonText.parse(body);
    } catch (JsonText.Malformed malformed) {
      throw new Wrong("is no JSON: " + malformed.getMessage());
    }
    if (!(answer instanceof Map<?, ?> object) || !(object.get("data") instanceof List<?> data)) {
      throw new Wrong("has no list \"data\"");
    }
    if (data.size() != texts) {
      throw new Wrong("has " + data.size() + " vectors for " + texts + " texts");
    }
    Map<Integer, float[]> vectors = new TreeMap<>();
    for (int i = 0; i < texts; i++) {
      if (!(data.get(i) instanceof Map<?, ?> item)) {
        throw new Wrong("has no object as item " + (i + 1) + " of \"data\"");
      }
      int index = item.get("index") instanceof Double given ? given.intValue() : i;
      if (index < 0 || index >= texts || vectors.containsKey(index)) {
        throw new Wrong("has the index " + index + " twice or out of range");
      }
      vectors.put(index, vector(item.get("embedding"), dimensions));
    }
    return List.copyOf(vectors.values());
  }

  private static float[] vector(@Nullable Object value, int dimensions) throws Wrong {
    if (!(value instanceof List<?> numbers)) {
      throw new Wrong("has an item without a list \"embedding\"");
    }
    if (numbers.size() != dimensions) {
      throw new Wrong(
          "has a vector of "
              + numbers.size()
              + " dimensions, not of "
              + dimensions
              + " as defined");
    }
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = numbers.get(i) instanceof Double number ? number.floatValue() : Float.NaN;
      if (!Float.isFinite(vector[i])) {
        throw new Wrong("has no number as element " + (i + 1) + " of a vector");
      }
    }
    return vector;
  }

  /** Scales a vector to length 1; one of zeros stays. */
  static float[] normalized(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    if (square == 0) {
      return vector;
    }
    double scale = 1 / Math.sqrt(square);
    float[] unit = Arrays.copyOf(vector, vector.length);
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (unit[i] * scale);
    }
    return unit;
  }

  /** The message of an error's answer, in one line; empty where there is none. */
  static String message(String body) {
    try {
      if (JsonText.parse(body) instanceof Map<?, ?> object) {
        Object error = object.get("error");
        Object message = error instanceof Map<?, ?> inner ? inner.get("message") : error;
        return message instanceof String text ? text.replaceAll("\\s+", " ").strip() : "";
      }
    } catch (JsonText.Malformed noJson) {
      return "";
    }
    return "";
  }
}
