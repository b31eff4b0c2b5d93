package dev.sextant.udf.wasm.wat;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.wasm.binary.ModuleLimits;
import dev.sextant.udf.wasm.wat.Sexpr.Atom;
import dev.sextant.udf.wasm.wat.Sexpr.Group;
import dev.sextant.udf.wasm.wat.Sexpr.Kind;
import dev.sextant.udf.wasm.wat.Sexpr.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Cuts text into words, names and strings, and puts together what stands in parentheses. */
final class WatReader {
  /** Signs of which words and names consist, besides letters and digits. */
  private static final String SIGNS = "!#$%&'*+-./:<=>?@\\^_`|~";

  private record Open(Place place, List<Sexpr> parts) {}

  private final String text;
  private int at;
  private int line = 1;
  private int lineStart;

  private WatReader(String text) {
    this.text = text;
  }

  /** All that stands in the text. */
  static List<Sexpr> read(String text) {
    return new WatReader(text).read();
  }

  private List<Sexpr> read() {
    if (text.length() > ModuleLimits.TEXT_CHARACTERS) {
      throw place()
          .error(
              "expected at most "
                  + ModuleLimits.TEXT_CHARACTERS
                  + " characters, got "
                  + text.length());
    }
    Deque<Open> open = new ArrayDeque<>();
    open.push(new Open(place(), new ArrayList<>()));
    skipBlanks();
    while (at < text.length()) {
      Place place = place();
      char first = text.charAt(at);
      if (first == '(') {
        at++;
        open.push(new Open(place, new ArrayList<>()));
        if (open.size() > ModuleLimits.TEXT_DEPTH) {
          throw place.error("more than " + ModuleLimits.TEXT_DEPTH + " open parentheses");
        }
      } else if (first == ')') {
        at++;
        Open group = open.pop();
        if (open.isEmpty()) {
          throw place.error("a closing parenthesis without an opening one");
        }
        open.peek().parts.add(new Group(List.copyOf(group.parts), group.place, place));
      } else {
        open.peek().parts.add(first == '"' ? string(place) : word(place));
      }
      skipBlanks();
    }
    if (open.size() > 1) {
      throw open.peek().place.error("expected a closing parenthesis for this one, got the end");
    }
    return open.pop().parts;
  }

  private Place place() {
    return new Place(line, at - lineStart + 1);
  }

  private void skipBlanks() {
    while (at < text.length()) {
      char next = text.charAt(at);
      if (text.startsWith(";;", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("(;", at)) {
        skipComment();
      } else if (next == ' ' || next == '\t' || next == '\r' || next == '\n') {
        step();
      } else {
        return;
      }
    }
  }

  private void step() {
    if (text.charAt(at++) == '\n') {
      line++;
      lineStart = at;
    }
  }

  private void skipComment() {
    Place start = place();
    int depth = 0;
    do {
      if (at >= text.length()) {
        throw start.error("expected the end \";)\" of this comment, got the end of the text");
      }
      if (text.startsWith("(;", at)) {
        depth++;
        at += 2;
      } else if (text.startsWith(";)", at)) {
        depth--;
        at += 2;
      } else {
        step();
      }
    } while (depth > 0);
  }

  private Atom word(Place place) {
    int start = at;
    while (at < text.length() && isWordSign(text.charAt(at))) {
      at++;
    }
    if (at == start) {
      throw place.error("expected a word, got the character \"" + text.charAt(at) + "\"");
    }
    String word = text.substring(start, at);
    if (word.equals("$")) {
      throw place.error("expected a name behind the dollar sign");
    }
    return new Atom(word.startsWith("$") ? Kind.NAME : Kind.WORD, word, place);
  }

  private static boolean isWordSign(char sign) {
    boolean letter = sign < 128 && Character.isLetterOrDigit(sign);
    return letter || SIGNS.indexOf(sign) >= 0;
  }

  /** A string; each character of the atom is one byte. */
  private Atom string(Place place) {
    StringBuilder bytes = new StringBuilder();
    at++;
    while (true) {
      if (at >= text.length() || text.charAt(at) == '\n') {
        throw place.error("expected the end of this string on its line");
      }
      char next = text.charAt(at);
      if (next == '"') {
        at++;
        return new Atom(Kind.STRING, bytes.toString(), place);
      } else if (next == '\\') {
        escape(bytes);
      } else {
        int point = text.codePointAt(at);
        at += Character.charCount(point);
        appendUtf8(point, bytes);
      }
    }
  }

  private static void appendUtf8(int point, StringBuilder bytes) {
    for (byte next : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
      bytes.append((char) (next & 0xFF));
    }
  }

  private void escape(StringBuilder bytes) {
    Place place = place();
    at++;
    char kind = at < text.length() ? text.charAt(at) : ' ';
    at++;
    switch (kind) {
      case 't' -> bytes.append('\t');
      case 'n' -> bytes.append('\n');
      case 'r' -> bytes.append('\r');
      case '"', '\'', '\\' -> bytes.append(kind);
      case 'u' -> {
        int end = text.indexOf('}', at);
        if (at >= text.length() || text.charAt(at) != '{' || end < 0 || end > at + 7) {
          throw badEscape(place);
        }
        int point = hex(text.substring(at + 1, end), place);
        if (!Character.isValidCodePoint(point) || (point >= 0xD800 && point < 0xE000)) {
          throw badEscape(place);
        }
        appendUtf8(point, bytes);
        at = end + 1;
      }
      default -> {
        if (at >= text.length()) {
          throw badEscape(place);
        }
        bytes.append((char) hex(text.substring(at - 1, at + 1), place));
        at++;
      }
    }
  }

  private static int hex(String digits, Place place) {
    if (digits.isEmpty() || !digits.chars().allMatch(sign -> Character.digit(sign, 16) >= 0)) {
      throw badEscape(place);
    }
    return Integer.parseInt(digits, 16);
  }

  private static UdfException badEscape(Place place) {
    return place.error(
        "expected \\t, \\n, \\r, \\\", \\', \\\\, \\u{…} or two hexadecimal digits behind the"
            + " backslash");
  }
}
