package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.Profiles;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.EngineCommand;
import dev.sextant.sql.plan.EngineCommand.FunctionName;
import dev.sextant.sql.plan.EngineCommand.IfExists;
import dev.sextant.sql.plan.Plan;
import dev.sextant.udf.Language;
import dev.sextant.udf.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compiles CREATE, DROP and ALTER FUNCTION, and CREATE and DROP SANDBOX PROFILE. */
final class FunctionCompiler extends TokenReader {
  private static final String CREATE =
      "CREATE FUNCTION name(a REAL, b TEXT) RETURNS REAL LANGUAGE SQL|WASM|WAT|JAVASCRIPT [SANDBOX"
          + " profile] [DETERMINISTIC] [STRICT] [VECTORIZED] AS $$ … $$";
  private static final String DROP = "DROP FUNCTION [IF EXISTS] name[(REAL, TEXT)]";
  private static final String ALTER = "ALTER FUNCTION name[(REAL, TEXT)] QUARANTINE|RELEASE";
  private static final String PROFILE =
      "CREATE SANDBOX PROFILE name EXTENDS untrusted (FUEL 1000000, MEMORY '16MB', WALL_TIME"
          + " '500ms', STACK 100, OUTPUT '64KB', BATCH_ROWS 256, WORKERS 1, REQUIRE (SECCOMP))";
  private static final String DROP_PROFILE = "DROP SANDBOX PROFILE [IF EXISTS] name";

  private FunctionCompiler(StatementText statement) {
    super(statement);
  }

  /** The plan; empty where the statement is another. */
  static Optional<Plan> compile(StatementText statement) {
    return new FunctionCompiler(statement)
        .command()
        .map(command -> new Plan.Command(statement, command));
  }

  private Optional<EngineCommand> command() {
    if (take("create")) {
      boolean replace = take("or") && take("replace");
      if (take("function")) {
        return Optional.of(create(replace));
      }
      return take("sandbox") ? Optional.of(createProfile(replace)) : Optional.empty();
    }
    if (take("drop")) {
      if (take("function")) {
        return Optional.of(drop());
      }
      return take("sandbox") ? Optional.of(dropProfile()) : Optional.empty();
    }
    return take("alter") && take("function") ? Optional.of(alter()) : Optional.empty();
  }

  private SextantException syntax(String expected, String form) {
    return new SextantException(
        ErrorCode.SYNTAX,
        "Syntax error near " + near() + ": expected " + expected + ". The form is " + form + ".");
  }

  private void require(boolean met, String expected, String form) {
    if (!met) {
      throw syntax(expected, form);
    }
  }

  private String name(String what, String form) {
    require(at < tokens.size() && tokens.get(at).isName(), what, form);
    return tokens.get(at++).text();
  }

  private static SextantException unsupported(String why) {
    return new SextantException(ErrorCode.FEATURE_NOT_SUPPORTED, why);
  }

  private ValueType type(String form) {
    String name = name("a type", form);
    Optional<ValueType> type = ValueType.of(name);
    if (type.isEmpty()) {
      throw new SextantException(
          ErrorCode.TYPE_MISMATCH,
          "Functions know no type \""
              + name
              + "\". Use one of "
              + Arrays.stream(ValueType.values()).map(Enum::name).collect(Collectors.joining(", "))
              + ".");
    }
    if (at < tokens.size() && type.get() == ValueType.VECTOR && tokens.get(at).isSymbol("(")) {
      throw syntax("VECTOR without a number: functions take vectors of any length", form);
    }
    return type.get();
  }

  private EngineCommand create(boolean replace) {
    boolean keep = take("if");
    require(!keep || (take("not") && take("exists")), "IF NOT EXISTS", CREATE);
    require(!keep || !replace, "either OR REPLACE or IF NOT EXISTS", CREATE);
    String name = name("a name for the function", CREATE);
    require(symbol("("), "parameters in parentheses", CREATE);
    List<String> names = new ArrayList<>();
    List<ValueType> types = new ArrayList<>();
    if (!symbol(")")) {
      do {
        String parameter = name("a parameter's name", CREATE);
        boolean again = names.stream().anyMatch(parameter::equalsIgnoreCase);
        require(!again, "another name than " + parameter + ", which stands before", CREATE);
        names.add(parameter);
        types.add(type(CREATE));
      } while (symbol(","));
      require(symbol(")"), ") behind the parameters", CREATE);
    }
    Options options = new Options();
    while (at < tokens.size()) {
      option(options);
    }
    require(options.result != null, "RETURNS and a type", CREATE);
    require(options.language != null, "LANGUAGE and a language", CREATE);
    require(options.source != null, "AS and the function's text", CREATE);
    String profile = options.profile;
    return new EngineCommand.CreateFunction(
        options.function(name, names, types),
        profile == null ? Profiles.DEFAULT : profile,
        replace ? IfExists.REPLACE : keep ? IfExists.KEEP : IfExists.FAIL);
  }

  /** What stands behind a function's parameters, in any order. */
  private static final class Options {
    private @Nullable ValueType result;
    private @Nullable Language language;
    private @Nullable String profile;
    private @Nullable Token source;
    private boolean deterministic;
    private boolean strict;
    private boolean vectorized;

    EngineCommand.FunctionText function(String name, List<String> names, List<ValueType> types) {
      Token text = java.util.Objects.requireNonNull(source);
      Language written = java.util.Objects.requireNonNull(language);
      boolean isBytes = text.kind() == Token.Kind.BLOB;
      if (isBytes != (written == Language.WASM)) {
        throw new SextantException(
            ErrorCode.INVALID_FUNCTION,
            written == Language.WASM
                ? "A function in WASM is given by its bytes, as X'0061736d…'. A text is WAT."
                : "A function in " + written + " is given by its text, as $$ … $$ or '…'.");
      }
      if (vectorized && written == Language.SQL) {
        throw unsupported("A function in SQL is one expression, which is never VECTORIZED.");
      }
      return new EngineCommand.FunctionText(
          name,
          names,
          types,
          java.util.Objects.requireNonNull(result),
          written,
          text.text(),
          isBytes,
          deterministic,
          strict,
          vectorized);
    }
  }

  private void option(Options options) {
    if (take("returns")) {
      require(options.result == null, "RETURNS once", CREATE);
      options.result = type(CREATE);
    } else if (take("language")) {
      require(options.language == null, "LANGUAGE once", CREATE);
      options.language = language();
    } else if (take("sandbox")) {
      require(options.profile == null, "SANDBOX once", CREATE);
      options.profile = name("a profile", CREATE);
    } else if (take("deterministic")) {
      options.deterministic = true;
    } else if (take("strict")) {
      options.strict = true;
    } else if (take("vectorized")) {
      options.vectorized = true;
    } else if (take("as")) {
      require(options.source == null, "AS once", CREATE);
      options.source = source();
    } else {
      throw syntax("RETURNS, LANGUAGE, SANDBOX, DETERMINISTIC, STRICT, VECTORIZED or AS", CREATE);
    }
  }

  private Language language() {
    String name = name("a language", CREATE).toUpperCase(Locale.ROOT);
    if (name.equals("PYTHON")) {
      throw unsupported(
          "Functions in PYTHON are not supported: no sandbox runs them. Use JAVASCRIPT, SQL, WASM"
              + " or WAT.");
    }
    if (name.equals("JAVA")) {
      throw unsupported(
          "Functions in JAVA are not supported: the JVM confines no code of its own. Compile it to"
              + " WASM.");
    }
    try {
      return Language.valueOf(name);
    } catch (IllegalArgumentException unknown) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "Functions in " + name + " are not supported. Use SQL, WASM, WAT or JAVASCRIPT.",
          unknown);
    }
  }

  private Token source() {
    boolean given =
        at < tokens.size()
            && (tokens.get(at).kind() == Token.Kind.STRING
                || tokens.get(at).kind() == Token.Kind.BLOB);
    require(given, "the function as $$ … $$, '…' or X'…'", CREATE);
    return tokens.get(at++);
  }

  private FunctionName function(String form) {
    String name = name("the name of a function", form);
    if (!symbol("(")) {
      return new FunctionName(name, null);
    }
    List<ValueType> types = new ArrayList<>();
    if (!symbol(")")) {
      do {
        types.add(type(form));
      } while (symbol(","));
      require(symbol(")"), ") behind the types", form);
    }
    return new FunctionName(name, List.copyOf(types));
  }

  private boolean ifExists(String form) {
    if (!take("if")) {
      return false;
    }
    require(take("exists"), "EXISTS", form);
    return true;
  }

  private EngineCommand drop() {
    boolean ifExists = ifExists(DROP);
    FunctionName function = function(DROP);
    require(at == tokens.size(), "the end", DROP);
    return new EngineCommand.DropFunction(function, ifExists);
  }

  private EngineCommand alter() {
    FunctionName function = function(ALTER);
    boolean quarantine = take("quarantine");
    require(quarantine || take("release"), "QUARANTINE or RELEASE", ALTER);
    require(at == tokens.size(), "the end", ALTER);
    return new EngineCommand.AlterFunction(
        function, quarantine ? UserFunction.State.QUARANTINED : UserFunction.State.ACTIVE);
  }

  private EngineCommand createProfile(boolean replace) {
    require(!replace, "CREATE without OR REPLACE: drop the profile first", PROFILE);
    require(take("profile"), "PROFILE", PROFILE);
    String name = name("a name for the profile", PROFILE);
    require(take("extends"), "EXTENDS and a profile", PROFILE);
    String parent = name("a profile", PROFILE);
    Map<String, String> settings = new LinkedHashMap<>();
    require(symbol("("), "settings in parentheses", PROFILE);
    do {
      String key = name("a setting", PROFILE).toUpperCase(Locale.ROOT);
      require(!settings.containsKey(key), "setting " + key + " once", PROFILE);
      settings.put(key, symbol("(") ? layers() : value());
    } while (symbol(","));
    require(symbol(")"), ") behind the settings", PROFILE);
    require(at == tokens.size(), "the end", PROFILE);
    return new EngineCommand.CreateProfile(name, parent, settings);
  }

  private String layers() {
    List<String> layers = new ArrayList<>();
    do {
      layers.add(name("a layer", PROFILE));
    } while (symbol(","));
    require(symbol(")"), ") behind the layers", PROFILE);
    return String.join(",", layers);
  }

  private String value() {
    boolean given =
        at < tokens.size()
            && switch (tokens.get(at).kind()) {
              case NUMBER, STRING, WORD, QUOTED -> true;
              case BLOB, PARAMETER, SYMBOL -> false;
            };
    require(given, "a value", PROFILE);
    return tokens.get(at++).text();
  }

  private EngineCommand dropProfile() {
    require(take("profile"), "PROFILE", DROP_PROFILE);
    boolean ifExists = ifExists(DROP_PROFILE);
    String name = name("the name of a profile", DROP_PROFILE);
    require(at == tokens.size(), "the end", DROP_PROFILE);
    return new EngineCommand.DropProfile(name, ifExists);
  }
}
