package dev.sextant.udf.wasm;

import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Language;
import dev.sextant.udf.Limits;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.ValueType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Functions as tests write them, and calls with plain values. */
final class Functions {
  /** Small enough that breaking each limit takes no time. */
  static final Limits LIMITS =
      new Limits(2_000_000, 32L << 16, Duration.ofSeconds(20), 100, 1 << 16, 1024, 1);

  private Functions() {}

  /** A function by its signature: {@code f(INTEGER, TEXT) REAL}, {@code VECTORIZED} behind it. */
  static FunctionDefinition wat(String signature, String source) {
    return wat(signature, source, LIMITS);
  }

  static FunctionDefinition wat(String signature, String source, Limits limits) {
    return define(signature, Language.WAT, source, limits);
  }

  static FunctionDefinition define(
      String signature, Language language, String source, Limits limits) {
    int open = signature.indexOf('(');
    int close = signature.indexOf(')');
    List<ValueType> parameters = new ArrayList<>();
    for (String type : signature.substring(open + 1, close).split(",", -1)) {
      if (!type.isBlank()) {
        parameters.add(ValueType.of(type.strip()).orElseThrow());
      }
    }
    String[] rest = signature.substring(close + 1).strip().split(" ", -1);
    return new FunctionDefinition(
        signature.substring(0, open),
        parameters,
        ValueType.of(rest[0]).orElseThrow(),
        language,
        source,
        true,
        rest.length > 1,
        new SandboxProfile("tests", limits, Set.of()));
  }

  /** Limits with other fuel. */
  static Limits fuel(long fuel) {
    return new Limits(fuel, 32L << 16, Duration.ofSeconds(20), 100, 1 << 16, 1024, 1);
  }

  /** Limits with another time and no end of fuel. */
  static Limits time(Duration time) {
    return new Limits(Long.MAX_VALUE, 32L << 16, time, 100, 1 << 16, 1024, 1);
  }

  /** Calls a function once in a new instance. */
  static @Nullable Object call(
      FunctionRuntime runtime, FunctionDefinition function, @Nullable Object... arguments) {
    try (FunctionRuntime.Prepared prepared = runtime.prepare(function);
        FunctionRuntime.Instance instance = prepared.open()) {
      return call(instance, function, arguments);
    }
  }

  /** Calls an instance once. */
  static @Nullable Object call(
      FunctionRuntime.Instance instance,
      FunctionDefinition function,
      @Nullable Object... arguments) {
    return rows(instance, function, Arrays.<@Nullable Object[]>asList(arguments)).getFirst();
  }

  /** Calls an instance for many rows. */
  static List<@Nullable Object> rows(
      FunctionRuntime.Instance instance,
      FunctionDefinition function,
      List<? extends @Nullable Object[]> rows) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < function.parameters().size(); i++) {
      Column column = new Column(function.parameters().get(i));
      for (@Nullable Object[] row : rows) {
        add(column, row[i]);
      }
      columns.add(column);
    }
    Column result = new Column(function.result());
    instance.call(columns, rows.size(), result);
    List<@Nullable Object> values = new ArrayList<>();
    for (int row = 0; row < result.size(); row++) {
      values.add(value(result, row));
    }
    return values;
  }

  private static void add(Column column, @Nullable Object value) {
    switch (value) {
      case null -> column.addNull();
      case Long number -> column.addLong(number);
      case Boolean flag -> column.addLong(flag ? 1 : 0);
      case Double number -> column.addDouble(number);
      case String text -> column.addText(text);
      case byte[] bytes -> column.addBytes(bytes, 0, bytes.length);
      case float[] floats -> {
        ByteBuffer bytes =
            ByteBuffer.allocate(Float.BYTES * floats.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats);
        column.addBytes(bytes.array(), 0, bytes.capacity());
      }
      default -> throw new IllegalArgumentException("not a value: " + value);
    }
  }

  private static @Nullable Object value(Column column, int row) {
    if (column.isNull(row)) {
      return null;
    }
    return switch (column.type()) {
      case INTEGER -> column.getLong(row);
      case BOOLEAN -> column.getLong(row) == 1;
      case REAL -> column.getDouble(row);
      case TEXT -> column.getText(row);
      case BLOB -> column.getBytes(row);
      case VECTOR -> {
        byte[] bytes = column.getBytes(row);
        float[] floats = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        yield floats;
      }
    };
  }
}
