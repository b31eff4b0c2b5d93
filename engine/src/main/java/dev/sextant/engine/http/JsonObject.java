package dev.sextant.engine.http;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON object whose members are asked for by name and type. */
public final class JsonObject {
  private final String what;
  private final Map<String, @Nullable Object> members;

  private JsonObject(String what, Map<String, @Nullable Object> members) {
    this.what = what;
    this.members = members;
  }

  /**
   * The object that a text writes.
   *
   * @param what it is, for messages
   * @throws SextantException {@code 22023} where it is no object
   */
  public static JsonObject parse(String what, String text) {
    Object value;
    try {
      value = JsonText.parse(text);
    } catch (JsonText.Malformed malformed) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          what + " expects a JSON object but has " + malformed.getMessage() + ".",
          malformed);
    }
    return of(what, value)
        .orElseThrow(
            () ->
                new SextantException(
                    ErrorCode.INVALID_PARAMETER,
                    what + " expects a JSON object such as {\"max_usd\": 0.01}."));
  }

  /** A parsed value as an object, if it is one. */
  public static Optional<JsonObject> of(String what, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return Optional.empty();
    }
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    map.forEach((name, member) -> members.put(String.valueOf(name), member));
    return Optional.of(new JsonObject(what, members));
  }

  /** Refuses members that nobody asks for. */
  public JsonObject only(Set<String> known) {
    for (String name : members.keySet()) {
      if (!known.contains(name)) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "%s has no member \"%s\". Known are %s."
                .formatted(what, name, String.join(", ", known.stream().sorted().toList())));
      }
    }
    return this;
  }

  /** The names of its members, in their order. */
  public Set<String> names() {
    return members.keySet();
  }

  /** A member as it is. */
  public @Nullable Object value(String name) {
    return members.get(name);
  }

  /** A member that is a text. */
  public Optional<String> text(String name) {
    return switch (members.get(name)) {
      case null -> Optional.empty();
      case String text -> Optional.of(text);
      default -> throw wrong(name, "a text");
    };
  }

  /** A member that is a number. */
  public OptionalDouble number(String name) {
    return switch (members.get(name)) {
      case null -> OptionalDouble.empty();
      case Double number -> OptionalDouble.of(number);
      default -> throw wrong(name, "a number");
    };
  }

  /** A member that is a whole number from 0. */
  public OptionalLong count(String name) {
    OptionalDouble number = number(name);
    if (number.isEmpty()) {
      return OptionalLong.empty();
    }
    double value = number.getAsDouble();
    if (!(value >= 0) || value != Math.rint(value) || value > 1L << 53) {
      throw wrong(name, "a whole number from 0");
    }
    return OptionalLong.of((long) value);
  }

  /** A member that is true or false; false where there is none. */
  public boolean truth(String name) {
    return switch (members.get(name)) {
      case null -> false;
      case Boolean truth -> truth;
      default -> throw wrong(name, "true or false");
    };
  }

  /** A member that is a list of texts; empty where there is none. */
  public List<String> texts(String name) {
    return switch (members.get(name)) {
      case null -> List.of();
      case List<?> list when list.stream().allMatch(String.class::isInstance) ->
          list.stream().map(item -> Objects.requireNonNull(item).toString()).toList();
      default -> throw wrong(name, "a list of texts");
    };
  }

  /** A member that is an object. */
  public Optional<JsonObject> object(String name) {
    return of(what + "." + name, members.get(name));
  }

  /** A member that is a list. */
  public List<@Nullable Object> list(String name) {
    return members.get(name) instanceof List<?> list
        ? java.util.Collections.<@Nullable Object>unmodifiableList(list)
        : List.of();
  }

  private SextantException wrong(String name, String expected) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER, "%s expects \"%s\" to be %s.".formatted(what, name, expected));
  }
}
