package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.AuditEvent;
import dev.sextant.engine.udf.FunctionCatalog;
import dev.sextant.engine.udf.FunctionLibrary;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.udf.Profile;
import dev.sextant.engine.udf.Profiles;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.sql.plan.EngineCommand;
import dev.sextant.sql.plan.EngineCommand.FunctionName;
import dev.sextant.sql.plan.EngineCommand.FunctionText;
import dev.sextant.sql.plan.EngineCommand.IfExists;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.Language;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.ValueType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs definitions of functions and of sandbox profiles. */
final class FunctionCommands {
  private final Session session;
  private final SqliteConnection connection;
  private final FunctionSet functions;
  private final FunctionLibrary library;

  FunctionCommands(Session session) {
    this.session = session;
    this.connection = session.connection();
    this.functions = FunctionCatalog.read(connection);
    this.library = session.database().functions();
  }

  void create(EngineCommand.CreateFunction command) {
    FunctionText text = command.function();
    FunctionDefinition definition =
        new FunctionDefinition(
            text.name(),
            text.parameters(),
            text.result(),
            text.language(),
            text.source(),
            text.deterministic(),
            text.vectorized(),
            profile(command.profile()).sandbox());
    UserFunction function =
        new UserFunction(
            definition,
            text.parameterNames(),
            text.strict(),
            UserFunction.State.ACTIVE,
            session.database().clock().millis());
    FunctionNames.requireFree(connection, text.name());
    text.parameterNames().forEach(FunctionNames::requirePlain);
    Optional<UserFunction> before = same(text.name(), text.parameters());
    if (before.isPresent()) {
      if (command.ifExists() == IfExists.KEEP) {
        return;
      }
      if (command.ifExists() == IfExists.FAIL) {
        throw new SextantException(
            ErrorCode.DUPLICATE_OBJECT,
            "Function "
                + before.get().signature()
                + " exists. Drop it first, or CREATE OR REPLACE it.");
      }
    }
    try {
      prepare(function);
    } catch (SextantException refused) {
      library.audit().record(function, "refused", refused);
      throw refused;
    }
    FunctionCatalog.put(connection, function);
  }

  private void prepare(UserFunction function) {
    new FunctionUses(functions).requireRepeatable(function);
    if (function.definition().language() == Language.SQL) {
      new ExpressionCheck(connection, functions, function).run();
      return;
    }
    try (FunctionLibrary.Lease lease = library.lease(function.definition())) {
      lease.prepare();
    } catch (UdfException refused) {
      throw SextantException.of(refused);
    }
  }

  private Optional<UserFunction> same(String name, List<ValueType> types) {
    return functions.named(name).stream()
        .filter(function -> function.definition().parameters().equals(types))
        .findFirst();
  }

  private List<UserFunction> meant(FunctionName name) {
    @Nullable List<ValueType> types = name.types();
    return types == null
        ? functions.named(name.name())
        : same(name.name(), types).map(List::of).orElse(List.of());
  }

  private SextantException unknown(FunctionName name) {
    List<UserFunction> others = functions.named(name.name());
    return new SextantException(
        ErrorCode.UNKNOWN_FUNCTION,
        "No function "
            + written(name)
            + (others.isEmpty()
                ? ": SELECT signature FROM sextant.functions lists all."
                : ". There is " + signatures(others) + "."));
  }

  private static String written(FunctionName name) {
    List<ValueType> types = name.types();
    return types == null
        ? "\"" + name.name() + "\""
        : name.name() + types.stream().map(Enum::name).collect(Collectors.joining(", ", "(", ")"));
  }

  private static String signatures(List<UserFunction> functions) {
    return functions.stream().map(UserFunction::signature).collect(Collectors.joining(", "));
  }

  private UserFunction only(FunctionName name) {
    List<UserFunction> meant = meant(name);
    if (meant.isEmpty()) {
      throw unknown(name);
    }
    if (meant.size() > 1) {
      throw new SextantException(
          ErrorCode.AMBIGUOUS_FUNCTION,
          "Several functions are called \""
              + name.name()
              + "\": "
              + signatures(meant)
              + ". Add the types in parentheses.");
    }
    return meant.getFirst();
  }

  void drop(EngineCommand.DropFunction command) {
    if (command.ifExists() && meant(command.function()).isEmpty()) {
      return;
    }
    UserFunction function = only(command.function());
    if (functions.named(function.name()).size() == 1) {
      List<UserFunction> users = new FunctionUses(functions).callers(function.name());
      if (!users.isEmpty()) {
        throw new SextantException(
            ErrorCode.INVALID_DEFINITION,
            "Function "
                + function.signature()
                + " is called by "
                + signatures(users)
                + ". Drop these first.");
      }
    }
    FunctionCatalog.remove(connection, List.of(function));
  }

  void alter(EngineCommand.AlterFunction command) {
    UserFunction function = only(command.function());
    if (function.state() == UserFunction.State.UNUSABLE) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Function " + function.signature() + " has no valid profile. Create it anew.");
    }
    boolean quarantined = command.state() == UserFunction.State.QUARANTINED;
    boolean released = !quarantined && library.release(function.name());
    if (function.state() == command.state() && !released) {
      return;
    }
    FunctionCatalog.put(connection, function.in(command.state()));
    library
        .audit()
        .record(
            new AuditEvent(
                function.signature(),
                function.definition().profile().name(),
                quarantined ? "quarantine" : "release",
                quarantined ? "ALTER FUNCTION … QUARANTINE" : "ALTER FUNCTION … RELEASE"));
  }

  private Profile profile(String name) {
    return functions
        .profile(name)
        .orElseThrow(
            () ->
                new SextantException(
                    ErrorCode.INVALID_PARAMETER,
                    "No sandbox profile \""
                        + name
                        + "\". Known are "
                        + functions.profiles().stream()
                            .map(Profile::name)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  void create(EngineCommand.CreateProfile command) {
    FunctionNames.requirePlain(command.name());
    if (functions.profile(command.name()).isPresent()) {
      throw new SextantException(
          ErrorCode.DUPLICATE_OBJECT,
          "A sandbox profile \"" + command.name() + "\" exists. Drop it first.");
    }
    Profile parent = profile(command.parent());
    FunctionCatalog.add(
        connection, Profiles.narrowed(parent.sandbox(), command.name(), command.settings()));
  }

  void drop(EngineCommand.DropProfile command) {
    if (command.ifExists() && functions.profile(command.name()).isEmpty()) {
      return;
    }
    Profile profile = profile(command.name());
    if (profile.isBuiltIn()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Sandbox profile \"" + profile.name() + "\" is part of every database.");
    }
    List<UserFunction> users =
        functions.all().stream()
            .filter(f -> f.definition().profile().name().equalsIgnoreCase(profile.name()))
            .toList();
    List<String> children =
        functions.profiles().stream()
            .filter(p -> p.parent().equalsIgnoreCase(profile.name()))
            .map(Profile::name)
            .toList();
    if (!users.isEmpty() || !children.isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Sandbox profile \""
              + profile.name()
              + "\" is used by "
              + (users.isEmpty() ? "profile " + String.join(", ", children) : signatures(users))
              + ". Drop these first.");
    }
    FunctionCatalog.remove(connection, profile);
  }
}
