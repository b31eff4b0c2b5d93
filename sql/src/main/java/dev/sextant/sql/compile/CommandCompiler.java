package dev.sextant.sql.compile;

import dev.sextant.engine.Settings;
import dev.sextant.engine.embed.ModelDefinition;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.EngineCommand;
import dev.sextant.sql.plan.Plan;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Compiles the statements that change the engine itself, such as SET of the cache's settings. */
final class CommandCompiler extends TokenReader {
  private static final String CREATE =
      "CREATE EMBEDDING MODEL name USING onnx (path 'model.onnx', tokenizer 'tokenizer.json',"
          + " pooling 'mean', max_tokens 512)";
  private static final String DROP = "DROP EMBEDDING MODEL name";

  private CommandCompiler(StatementText statement) {
    super(statement);
  }

  /** The plan; empty where the statement is another. */
  static Optional<Plan> compile(StatementText statement) {
    return new CommandCompiler(statement)
        .command()
        .map(command -> new Plan.Command(statement, command));
  }

  private Optional<EngineCommand> command() {
    if (take("set")) {
      if (take("cache")) {
        return Optional.of(set("cache", "SET cache.policy = 'lru'"));
      }
      if (take("route")) {
        return Optional.of(set("route", "SET route.log_text = on"));
      }
      return take("sandbox")
          ? Optional.of(set("sandbox", "SET sandbox.processes = on"))
          : Optional.empty();
    }
    if (take("create")) {
      return take("embedding") ? Optional.of(create()) : Optional.empty();
    }
    return take("drop") && take("embedding") ? Optional.of(drop()) : Optional.empty();
  }

  private SextantException syntax(String expected, String form) {
    return new SextantException(
        ErrorCode.SYNTAX,
        "Syntax error near " + near() + ": expected " + expected + ". The form is " + form + ".");
  }

  private EngineCommand create() {
    requireModel();
    boolean ifNotExists = take("if") && take("not") && take("exists");
    String name = name("a name for the model", CREATE);
    if (!take("using")) {
      throw syntax("USING", CREATE);
    }
    ModelDefinition.Method method = ModelDefinition.Method.of(name("a method", CREATE));
    Map<String, String> options = new LinkedHashMap<>();
    if (!symbol("(")) {
      throw syntax("options in parentheses", CREATE);
    }
    do {
      String option = name("an option", CREATE).toLowerCase(Locale.ROOT);
      if (options.put(option, value(CREATE)) != null) {
        throw syntax("option " + option + " once only", CREATE);
      }
    } while (symbol(","));
    if (!symbol(")") || at < tokens.size()) {
      throw syntax("one value for each option and )", CREATE);
    }
    return new EngineCommand.CreateModel(ModelDefinition.of(name, method, options), ifNotExists);
  }

  private EngineCommand drop() {
    requireModel();
    boolean ifExists = take("if") && take("exists");
    String name = name("the name of a model", DROP);
    if (at < tokens.size()) {
      throw syntax("the end", DROP);
    }
    return new EngineCommand.DropModel(name.toLowerCase(Locale.ROOT), ifExists);
  }

  private void requireModel() {
    if (!take("model")) {
      throw syntax("MODEL", CREATE);
    }
  }

  private String name(String what, String form) {
    boolean text = at < tokens.size() && tokens.get(at).kind() == Token.Kind.STRING;
    if (text || (at < tokens.size() && tokens.get(at).isName())) {
      return tokens.get(at++).text();
    }
    throw syntax(what, form);
  }

  private String value(String form) {
    if (at >= tokens.size()) {
      throw syntax("a value", form);
    }
    Token token = tokens.get(at);
    return switch (token.kind()) {
      case WORD, NUMBER, STRING, QUOTED -> {
        at++;
        yield token.text();
      }
      case BLOB, PARAMETER, SYMBOL -> throw syntax("a value", form);
    };
  }

  private EngineCommand set(String group, String form) {
    if (!symbol(".") || at >= tokens.size() || !tokens.get(at).isName()) {
      throw syntax("a setting's name behind " + group + ".", form);
    }
    Settings.Setting setting = Settings.find(group + "." + tokens.get(at++).text());
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
