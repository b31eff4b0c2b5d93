package dev.sextant.jdbc.shell;

import java.io.IOException;
import java.io.Reader;
import java.util.Locale;
import java.util.Optional;

/**
 * Cuts a script into statements at the semicolons outside quotes and comments. A {@code CREATE
 * TRIGGER} ends at the semicolon after the {@code END} that follows one, as in SQLite's own shell;
 * in {@code CREATE FUNCTION} PostgreSQL's quotes {@code $$} count.
 */
final class StatementReader {

  private static final int END_OF_INPUT = -1;
  private static final int NOTHING = -2;

  private final Reader in;
  private int peeked = NOTHING;

  StatementReader(Reader in) {
    this.in = in;
  }

  /** The next statement that is more than blanks and comments, without its semicolon. */
  Optional<String> next() throws IOException {
    StringBuilder text = new StringBuilder();
    Words words = new Words();
    for (int c = read(text); c != END_OF_INPUT; c = read(text)) {
      if (c == '-' && peek() == '-') {
        readTo("\n", text);
        words.blank();
      } else if (c == '/' && peek() == '*') {
        read(text);
        readTo("*/", text);
        words.blank();
      } else if (c == '\'' || c == '"' || c == '`' || c == '[') {
        readTo(c == '[' ? "]" : Character.toString(c), text);
        words.symbol();
      } else if (c == '$') {
        words.symbol();
        if (words.definesFunction()) {
          dollarQuote(text);
        }
      } else if (c != ';') {
        words.add(c);
      } else if (words.completes()) {
        text.setLength(text.length() - 1);
        return Optional.of(text.toString().strip());
      } else if (words.isEmpty()) {
        text.setLength(0);
      }
    }
    return words.isEmpty() ? Optional.empty() : Optional.of(text.toString().strip());
  }

  /** Reads on behind a dollar sign: to the end of the quote that it begins, if it begins one. */
  private void dollarQuote(StringBuilder text) throws IOException {
    int start = text.length() - 1;
    while (Character.isLetterOrDigit(peek()) || peek() == '_') {
      read(text);
    }
    if (peek() == '$') {
      read(text);
      readTo(text.substring(start), text);
    }
  }

  private void readTo(String close, StringBuilder text) throws IOException {
    int from = text.length();
    while (text.indexOf(close, Math.max(from, text.length() - close.length())) < 0) {
      if (read(text) == END_OF_INPUT) {
        return;
      }
    }
  }

  private int read(StringBuilder text) throws IOException {
    int c = peek();
    peeked = NOTHING;
    if (c != END_OF_INPUT) {
      text.append((char) c);
    }
    return c;
  }

  private int peek() throws IOException {
    if (peeked == NOTHING) {
      peeked = in.read();
    }
    return peeked;
  }

  /** Follows a statement's words, to know a trigger and its end. */
  private static final class Words {
    private final StringBuilder word = new StringBuilder();
    private int count;
    private boolean create;
    private boolean trigger;
    private boolean function;
    private String before = "";
    private boolean afterSemicolon;
    private boolean afterEnd;

    /** Takes a character outside quotes and comments. */
    void add(int c) {
      if (Character.isLetterOrDigit(c) || c == '_') {
        word.append((char) c);
      } else if (Character.isWhitespace(c)) {
        blank();
      } else {
        symbol();
      }
    }

    /** Takes what separates words and is nothing itself. */
    void blank() {
      if (word.isEmpty()) {
        return;
      }
      String last = word.toString().toUpperCase(Locale.ROOT);
      word.setLength(0);
      count++;
      create |= count == 1 && last.equals("CREATE");
      trigger |= create && count <= 3 && last.equals("TRIGGER");
      function |= create && last.equals("FUNCTION") && (count == 2 || before.equals("REPLACE"));
      before = last;
      afterEnd = afterSemicolon && last.equals("END");
      afterSemicolon = false;
    }

    /** Takes a quoted text or a sign. */
    void symbol() {
      blank();
      count++;
      afterSemicolon = false;
      afterEnd = false;
    }

    /** Takes a semicolon: whether the statement ends there. */
    boolean completes() {
      blank();
      afterSemicolon = true;
      return count > 0 && (!trigger || afterEnd);
    }

    boolean definesFunction() {
      return function;
    }

    boolean isEmpty() {
      return count == 0 && word.isEmpty();
    }
  }
}
