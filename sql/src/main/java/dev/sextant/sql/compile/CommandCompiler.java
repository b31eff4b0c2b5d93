package dev.sextant.sql.compile;

import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.EngineCommand;
import dev.sextant.sql.plan.Plan;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Compiles the statements that change the engine itself, such as SET of the cache's settings. */
final class CommandCompiler {
  private final StatementText statement;
  private final List<Token> tokens;
  private int at;

  private CommandCompiler(StatementText statement) {
    this.statement = statement;
    this.tokens = statement.tokens();
  }

  /** The plan; empty where the statement is another. */
  static Optional<Plan> compile(StatementText statement) {
    return new CommandCompiler(statement)
        .command()
        .map(command -> new Plan.Command(statement, command));
  }

  private Optional<EngineCommand> command() {
    return take("set") && take("cache") ? Optional.of(set()) : Optional.empty();
  }

  private boolean take(String word) {
    if (at < tokens.size() && tokens.get(at).isWord(word)) {
      at++;
      return true;
    }
    return false;
  }

  private boolean symbol(String symbol) {
    if (at < tokens.size() && tokens.get(at).isSymbol(symbol)) {
      at++;
      return true;
    }
    return false;
  }

  private SextantException syntax(String expected, String form) {
    String near = at < tokens.size() ? "\"" + tokens.get(at).text() + "\"" : "the end";
    return new SextantException(
        ErrorCode.SYNTAX,
        "Syntax error near " + near + ": expected " + expected + ". The form is " + form + ".");
  }

  private EngineCommand set() {
    String form = "SET cache.policy = 'lru'";
    if (!symbol(".") || at >= tokens.size() || !tokens.get(at).isName()) {
      throw syntax("a setting's name behind cache.", form);
    }
    Settings.Setting setting = Settings.find("cache." + tokens.get(at++).text());
    if (!symbol("=") && !take("to")) {
      throw syntax("= and a value", form);
    }
    StringBuilder value = new StringBuilder(symbol("-") ? "-" : "");
    if (at != tokens.size() - 1) {
      throw syntax("one value", form);
    }
    Token token = tokens.get(at++);
    value.append(
        switch (token.kind()) {
          case WORD ->
              token.isWord("default")
                  ? setting.defaultValue()
                  : token.text().toLowerCase(Locale.ROOT);
          case NUMBER, STRING, QUOTED -> token.text();
          case BLOB, PARAMETER, SYMBOL -> throw wrongValue(token, form);
        });
    return new EngineCommand.Set(setting.name(), value.toString());
  }

  private SextantException wrongValue(Token token, String form) {
    at = tokens.indexOf(token);
    return syntax("a number, a name or a text", form);
  }
}
