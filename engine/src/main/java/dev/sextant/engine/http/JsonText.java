package dev.sextant.engine.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads JSON (RFC 8259) into maps, lists, texts, doubles, booleans and null; writes texts. */
public final class JsonText {
  private static final int MAX_DEPTH = 64;

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  /** A text that is no JSON. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String what, int at) {
      super(what + " at character " + (at + 1));
    }
  }

  /** The value that a text writes. */
  public static @Nullable Object parse(String text) throws Malformed {
    JsonText json = new JsonText(text);
    Object value = json.value(0);
    json.blanks();
    if (json.at < text.length()) {
      throw json.malformed("more than one value");
    }
    return value;
  }

  /** A value of maps, lists, texts, numbers, booleans and null as JSON. */
  public static String write(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> object ->
          object.entrySet().stream()
              .map(entry -> quoted(String.valueOf(entry.getKey())) + ":" + write(entry.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      case List<?> array ->
          array.stream().map(JsonText::write).collect(Collectors.joining(",", "[", "]"));
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 ->
          Long.toString(number.longValue());
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      default -> quoted(value.toString());
    };
  }

  /** A text in quotes. */
  public static String quoted(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        json.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }

  private Malformed malformed(String what) {
    return new Malformed(what, at);
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char next() throws Malformed {
    blanks();
    if (at == text.length()) {
      throw malformed("an early end");
    }
    return text.charAt(at);
  }

  private boolean take(char c) throws Malformed {
    boolean is = next() == c;
    at += is ? 1 : 0;
    return is;
  }

  private void require(char c) throws Malformed {
    if (!take(c)) {
      throw malformed("no " + c);
    }
  }

  private @Nullable Object value(int depth) throws Malformed {
    if (depth > MAX_DEPTH) {
      throw malformed("more than " + MAX_DEPTH + " levels");
    }
    return switch (next()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private @Nullable Object word(String word, @Nullable Object value) throws Malformed {
    if (!text.startsWith(word, at)) {
      throw malformed("an unknown word");
    }
    at += word.length();
    return value;
  }

  private Map<String, @Nullable Object> object(int depth) throws Malformed {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    require('{');
    if (take('}')) {
      return object;
    }
    do {
      if (next() != '"') {
        throw malformed("no name");
      }
      String name = string();
      require(':');
      object.put(name, value(depth + 1));
    } while (take(','));
    require('}');
    return object;
  }

  private List<@Nullable Object> array(int depth) throws Malformed {
    List<@Nullable Object> array = new ArrayList<>();
    require('[');
    if (take(']')) {
      return array;
    }
    do {
      array.add(value(depth + 1));
    } while (take(','));
    require(']');
    return array;
  }

  private Double number() throws Malformed {
    int start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    try {
      return Double.valueOf(text.substring(start, at));
    } catch (NumberFormatException notNumber) {
      at = start;
      throw malformed("no value");
    }
  }

  private String string() throws Malformed {
    StringBuilder string = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return string.toString();
      }
      string.append(c == '\\' ? escaped() : c);
    }
    throw malformed("a text without end");
  }

  private char escaped() throws Malformed {
    char c = at < text.length() ? text.charAt(at++) : ' ';
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        String digits = text.substring(at, Math.min(text.length(), at + 4));
        if (!digits.matches("[0-9a-fA-F]{4}")) {
          throw malformed("no character's number");
        }
        at += 4;
        yield (char) Integer.parseInt(digits, 16);
      }
      default -> throw malformed("an unknown escape");
    };
  }
}
