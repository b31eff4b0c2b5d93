package dev.sextant.sql.compile;

import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.plan.EmbedBy;
import dev.sextant.sql.plan.ParameterSource;
import dev.sextant.sql.plan.Step;
import dev.sextant.storage.vector.VectorCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a statement being compiled: the user's own, then those that the compiler adds
 * for constants and for what steps give.
 */
final class ParameterSpace {
  private final int userCount;
  private final ModelDimensions models;
  private final FunctionSet functions;
  private final Map<Integer, Integer> embeddedDimensions = new HashMap<>();
  private final List<ParameterSource> sources = new ArrayList<>();
  private final List<Step.EmbedTexts.Text> texts = new ArrayList<>();
  private final Map<EmbedBy, Integer> embedTables = new LinkedHashMap<>();
  private final Map<String, Integer> routeTables = new LinkedHashMap<>();
  private final Map<Integer, Integer> vectorOfUser = new HashMap<>();
  private final Map<String, Integer> vectorOfText = new HashMap<>();
  private final Map<String, Integer> literals = new HashMap<>();

  ParameterSpace(int userCount, ModelDimensions models, FunctionSet functions) {
    this.userCount = userCount;
    this.functions = functions;
    this.models = models;
    for (int i = 0; i < userCount; i++) {
      sources.add(new ParameterSource.User(i));
    }
  }

  /** Users' functions, which the statement may call. */
  FunctionSet functions() {
    return functions;
  }

  int userCount() {
    return userCount;
  }

  List<ParameterSource> sources() {
    return List.copyOf(sources);
  }

  int add(ParameterSource source) {
    sources.add(source);
    return sources.size() - 1;
  }

  int produced() {
    return add(new ParameterSource.Produced());
  }

  /** Whether all of some parameters are known before the statement runs. */
  boolean areGiven(List<Integer> parameters) {
    return parameters.stream().noneMatch(p -> sources.get(p) instanceof ParameterSource.Produced);
  }

  /** A vector written as text in the statement. */
  int vectorLiteral(String text) {
    return vectorOfText.computeIfAbsent(
        text,
        literal -> {
          float[] vector = VectorCodec.parse(literal);
          VectorCodec.requireFinite(vector);
          return add(new ParameterSource.Constant(VectorCodec.encode(vector)));
        });
  }

  /** A parameter of the user's that is used as a vector. */
  int vectorParameter(int user) {
    if (user >= userCount) {
      return user;
    }
    return vectorOfUser.computeIfAbsent(
        user, index -> add(new ParameterSource.UserVector(index, 0, null)));
  }

  /** A text written in the statement. */
  int textLiteral(String text) {
    return literals.computeIfAbsent(text, value -> add(new ParameterSource.Constant(value)));
  }

  /** A text that is embedded once per execution: a literal or a parameter. */
  int embedded(EmbedBy by, int text) {
    for (Step.EmbedTexts.Text known : texts) {
      if (known.text() == text && known.by().equals(by)) {
        return known.vector();
      }
    }
    int vector = produced();
    embeddedDimensions.put(vector, models.of(by.model()));
    texts.add(new Step.EmbedTexts.Text(by, text, vector));
    return vector;
  }

  /** The dimensions of a model's vectors. */
  int modelDimensions(@Nullable String model) {
    return models.of(model);
  }

  /** The dimensions of a parameter known to hold a vector; 0 where nothing is known. */
  int vectorDimensions(int parameter) {
    return sources.get(parameter) instanceof ParameterSource.Constant(byte[] blob)
        ? blob.length / 4
        : embeddedDimensions.getOrDefault(parameter, 0);
  }

  /** The dimensions of what a normalized expression embeds; 0 where it is another expression. */
  int embeddedDimensions(SqlNode expression) {
    if (expression instanceof SqlDynamicParam parameter) {
      return embeddedDimensions.getOrDefault(parameter.getIndex(), 0);
    }
    if (expression instanceof SqlCall call && VectorCalls.isEmbed(call.getOperator())) {
      int table = ((SqlDynamicParam) call.operand(0)).getIndex();
      for (Map.Entry<EmbedBy, Integer> entry : embedTables.entrySet()) {
        if (entry.getValue() == table) {
          return models.of(entry.getKey().model());
        }
      }
    }
    return 0;
  }

  List<Step.EmbedTexts.Text> texts() {
    return texts;
  }

  /** The parameter that names the results of a function of chat models. */
  int routeTable(String function) {
    return routeTables.computeIfAbsent(function, name -> produced());
  }

  /** The functions of chat models that are called, and the parameters of their results. */
  Map<String, Integer> routeTables() {
    return routeTables;
  }

  /** The parameter that names the vectors prepared for texts from rows. */
  int embedTable(EmbedBy by) {
    return embedTables.computeIfAbsent(by, model -> produced());
  }

  /** What embeds texts from rows, and the parameters of the prepared vectors. */
  Map<EmbedBy, Integer> embedTables() {
    return embedTables;
  }

  /**
   * The dimensions of the vector a parameter holds, 0 where that is not known before it runs; a
   * user's parameter learns from the column what it has to be.
   */
  int dimensions(int parameter, int expected, String target) {
    if (sources.get(parameter) instanceof ParameterSource.UserVector(int index, int known, var t)
        && known == 0) {
      sources.set(parameter, new ParameterSource.UserVector(index, expected, target));
    }
    return vectorDimensions(parameter);
  }
}
