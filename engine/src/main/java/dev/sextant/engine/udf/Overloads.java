package dev.sextant.engine.udf;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.udf.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among the functions of one name by the number of a call's arguments and by what SQLite
 * holds them as. Numbers change between INTEGER and REAL where nothing is lost; NULL fits all.
 */
public final class Overloads {
  private static final int NO_FIT = -1;

  private Overloads() {}

  /**
   * The function that fits best; among equals that are all strict, any, where an argument is NULL.
   *
   * @param all of that name
   * @param arguments Long, Double, String, byte[] or null
   * @throws SextantException {@code 42883} where none fits, {@code 42725} where several do
   */
  public static UserFunction chosen(
      String name, List<UserFunction> all, @Nullable Object[] arguments) {
    UserFunction best = null;
    int bestCost = Integer.MAX_VALUE;
    List<UserFunction> equals = new ArrayList<>();
    for (UserFunction function : all) {
      int cost = cost(function.definition().parameters(), arguments);
      if (cost == NO_FIT || cost > bestCost) {
        continue;
      }
      if (cost < bestCost) {
        equals.clear();
      }
      best = function;
      bestCost = cost;
      equals.add(function);
    }
    if (best == null) {
      throw noFit(name, all, arguments);
    }
    if (equals.size() > 1 && !isNullAnyway(equals, arguments)) {
      throw new SextantException(
          ErrorCode.AMBIGUOUS_FUNCTION,
          "The call "
              + call(name, arguments)
              + " fits several functions equally well: "
              + signatures(equals)
              + ". CAST an argument.");
    }
    return best;
  }

  /** Whether a function takes such arguments, whatever others of its name take. */
  static boolean fits(UserFunction function, @Nullable Object[] arguments) {
    return cost(function.definition().parameters(), arguments) != NO_FIT;
  }

  private static boolean isNullAnyway(List<UserFunction> all, @Nullable Object[] arguments) {
    return all.stream().allMatch(UserFunction::strict) && hasNull(arguments);
  }

  /** Whether an argument is NULL. */
  static boolean hasNull(@Nullable Object[] arguments) {
    for (Object argument : arguments) {
      if (argument == null) {
        return true;
      }
    }
    return false;
  }

  private static SextantException noFit(
      String name, List<UserFunction> all, @Nullable Object[] arguments) {
    if (all.isEmpty()) {
      return new SextantException(ErrorCode.UNKNOWN_FUNCTION, "No function \"" + name + "\".");
    }
    return new SextantException(
        ErrorCode.UNKNOWN_FUNCTION,
        "No function fits the call "
            + call(name, arguments)
            + ". There is "
            + signatures(all)
            + ". CAST the arguments to these types.");
  }

  private static String signatures(List<UserFunction> functions) {
    return functions.stream().map(UserFunction::signature).collect(Collectors.joining(", "));
  }

  /** The call with the types of its values, which themselves are nobody's business. */
  private static String call(String name, @Nullable Object[] arguments) {
    return name
        + Arrays.stream(arguments)
            .map(Overloads::storageClass)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String storageClass(@Nullable Object value) {
    return switch (value) {
      case null -> "NULL";
      case Long _ -> "INTEGER";
      case Double _ -> "REAL";
      case byte[] _ -> "BLOB";
      default -> "TEXT";
    };
  }

  private static int cost(List<ValueType> parameters, @Nullable Object[] arguments) {
    if (parameters.size() != arguments.length) {
      return NO_FIT;
    }
    int total = 0;
    for (int i = 0; i < arguments.length; i++) {
      Object argument = arguments[i];
      int cost = argument == null ? 0 : cost(parameters.get(i), argument);
      if (cost == NO_FIT) {
        return NO_FIT;
      }
      total += cost;
    }
    return total;
  }

  private static int cost(ValueType type, Object value) {
    return switch (type) {
      case INTEGER -> value instanceof Long ? 0 : isWhole(value) ? 1 : NO_FIT;
      case REAL -> value instanceof Double ? 0 : value instanceof Long ? 1 : NO_FIT;
      case BOOLEAN -> value instanceof Long number && (number == 0 || number == 1) ? 2 : NO_FIT;
      case TEXT -> value instanceof String ? 0 : NO_FIT;
      case BLOB -> value instanceof byte[] ? 0 : NO_FIT;
      case VECTOR -> {
        boolean bytes = value instanceof byte[] blob && blob.length % Float.BYTES == 0;
        yield bytes || (value instanceof String text && text.startsWith("[")) ? 1 : NO_FIT;
      }
    };
  }

  private static boolean isWhole(Object value) {
    return value instanceof Double number
        && number == Math.rint(number)
        && Math.abs(number) < 0x1p63;
  }
}
