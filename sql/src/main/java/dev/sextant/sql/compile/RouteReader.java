package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.define.Options;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Reads the parts that statements about routing have in common. */
abstract class RouteReader extends TokenReader {
  private static final Map<String, Long> UNITS =
      Map.of(
          "ms", 1L,
          "s", 1000L,
          "sec", 1000L,
          "min", 60_000L,
          "h", 3_600_000L,
          "d", 86_400_000L);

  private final StatementText statement;
  private String form = "";

  RouteReader(StatementText statement) {
    super(statement);
    this.statement = statement;
  }

  /** Sets what messages name as the statement's form. */
  final void form(String text) {
    form = text;
  }

  final SextantException syntax(String expected) {
    return new SextantException(
        ErrorCode.SYNTAX,
        "Syntax error near " + near() + ": expected " + expected + ". The form is " + form + ".");
  }

  final void require(boolean met, String expected) {
    if (!met) {
      throw syntax(expected);
    }
  }

  final void requireEnd() {
    require(at == tokens.size(), "the end");
  }

  /** A name, in lower case. */
  final String name(String what) {
    boolean text = at < tokens.size() && tokens.get(at).kind() == Token.Kind.STRING;
    require(text || (at < tokens.size() && tokens.get(at).isName()), what);
    String name = tokens.get(at++).text().toLowerCase(Locale.ROOT);
    require(!name.isBlank(), what);
    return name;
  }

  /** A text in quotes, as it is. */
  final String text(String what) {
    require(at < tokens.size() && tokens.get(at).kind() == Token.Kind.STRING, what);
    return tokens.get(at++).text();
  }

  /** A number from 0, as it is written. */
  final String numberText(String what) {
    require(at < tokens.size() && tokens.get(at).kind() == Token.Kind.NUMBER, what);
    String text = tokens.get(at++).text();
    try {
      return new BigDecimal(text).toPlainString();
    } catch (NumberFormatException notDecimal) {
      throw syntax(what);
    }
  }

  final double number(String what) {
    return Double.parseDouble(numberText(what));
  }

  final int whole(String what) {
    String digits = numberText(what);
    require(digits.matches("\\d{1,9}"), what);
    return Integer.parseInt(digits);
  }

  /** Where a secret is kept: {@code env:NAME}, or the same or {@code 'file:path'} in quotes. */
  final String secret() {
    if (take("env")) {
      boolean named = at < tokens.size() && tokens.get(at).kind() == Token.Kind.PARAMETER;
      require(named && tokens.get(at).text().startsWith(":"), "env:NAME");
      return "env" + tokens.get(at++).text();
    }
    return text("env:NAME or 'file:path'");
  }

  /** A value of an option: a text, a word or a number, times in milliseconds. */
  final String value() {
    String sign = symbol("-") ? "-" : "";
    require(at < tokens.size(), "a value");
    Token token = tokens.get(at);
    return switch (token.kind()) {
      case WORD -> {
        at++;
        yield token.lower();
      }
      case STRING, QUOTED -> {
        at++;
        yield token.text();
      }
      case NUMBER -> {
        BigDecimal number = new BigDecimal(numberText("a number"));
        Long unit = at < tokens.size() ? UNITS.get(tokens.get(at).lower()) : null;
        at += unit == null ? 0 : 1;
        BigDecimal value = unit == null ? number : number.multiply(BigDecimal.valueOf(unit));
        yield sign + (value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString());
      }
      case BLOB, PARAMETER, SYMBOL -> throw syntax("a value");
    };
  }

  /** Options in parentheses; none where there are no parentheses. */
  final Options options(String of) {
    Map<String, String> options = new LinkedHashMap<>();
    if (symbol("(")) {
      do {
        String option = name("an option");
        require(options.put(option, value()) == null, "option " + option + " once only");
      } while (symbol(","));
      require(symbol(")"), ") behind the options");
    }
    return new Options(of, options);
  }

  /** The text between parentheses, as it is written. */
  final String parenthesized(String what) {
    require(symbol("("), what);
    int depth = 1;
    int from = at;
    while (at < tokens.size() && depth > 0) {
      depth += tokens.get(at).isSymbol("(") ? 1 : tokens.get(at).isSymbol(")") ? -1 : 0;
      at++;
    }
    require(depth == 0 && at - 1 > from, what);
    return statement.sql().substring(tokens.get(from).start(), tokens.get(at - 2).end());
  }
}
