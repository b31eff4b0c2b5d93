package dev.sextant.sql.plan;

import dev.sextant.engine.embed.ModelDefinition;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.udf.Language;
import dev.sextant.udf.ValueType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a statement changes of the engine itself. */
public sealed interface EngineCommand {

  /** What is placed on the machine's nodes. */
  record Numa(NumaCommand command) implements EngineCommand {}

  /**
   * SET of a setting that all connections share.
   *
   * @param name as in {@code sextant.settings}
   */
  record Set(String name, String value) implements EngineCommand {}

  /**
   * CREATE EMBEDDING MODEL.
   *
   * @param ifNotExists whether a model of that name is left as it is
   */
  record CreateModel(ModelDefinition model, boolean ifNotExists) implements EngineCommand {}

  /**
   * DROP EMBEDDING MODEL.
   *
   * @param ifExists whether there may be no model of that name
   */
  record DropModel(String name, boolean ifExists) implements EngineCommand {}

  /**
   * CREATE FUNCTION.
   *
   * @param profile as written; its limits are looked up when the statement runs
   * @param ifExists what happens to a function of the same signature
   */
  record CreateFunction(FunctionText function, String profile, IfExists ifExists)
      implements EngineCommand {}

  /** What a CREATE does where there is such an object. */
  enum IfExists {
    FAIL,
    KEEP,
    REPLACE
  }

  /**
   * A function as its definition writes it.
   *
   * @param parameterNames a name for each parameter
   * @param source the text, or bytes as hexadecimal digits
   * @param isBytes whether the source is written as bytes
   */
  record FunctionText(
      String name,
      List<String> parameterNames,
      List<ValueType> parameters,
      ValueType result,
      Language language,
      String source,
      boolean isBytes,
      boolean deterministic,
      boolean strict,
      boolean vectorized) {}

  /**
   * Which functions a statement names.
   *
   * @param types of the parameters; null for any
   */
  record FunctionName(String name, @Nullable List<ValueType> types) {}

  /**
   * DROP FUNCTION.
   *
   * @param ifExists whether there may be no such function
   */
  record DropFunction(FunctionName function, boolean ifExists) implements EngineCommand {}

  /** ALTER FUNCTION … QUARANTINE or RELEASE. */
  record AlterFunction(FunctionName function, UserFunction.State state) implements EngineCommand {}

  /**
   * CREATE SANDBOX PROFILE.
   *
   * @param settings values as written, by upper-case key
   */
  record CreateProfile(String name, String parent, Map<String, String> settings)
      implements EngineCommand {}

  /**
   * DROP SANDBOX PROFILE.
   *
   * @param ifExists whether there may be no profile of that name
   */
  record DropProfile(String name, boolean ifExists) implements EngineCommand {}

  /** A change of routing's definitions. */
  record Routing(RouteCommand command) implements EngineCommand {}
}
