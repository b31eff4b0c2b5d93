package dev.sextant.udf.worker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Language;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.ValueType;
import dev.sextant.udf.linux.Capabilities;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What tests of workers share. */
final class Hosts {
  private Hosts() {}

  /** Skips the test where workers cannot be confined. */
  static void requireSandbox() {
    Capabilities capabilities = Capabilities.probe();
    for (String layer : List.of("seccomp", "landlock", "spawn")) {
      Capabilities.Capability row = capabilities.row(layer);
      assumeTrue(row.available(), () -> "This host lacks " + layer + ": " + row.detail());
    }
  }

  static WorkerRuntime runtime(AuditSink audit) {
    return new WorkerRuntime(WorkerConfig.allowed(InstantSource.system(), audit));
  }

  /** A function of the profile {@code untrusted}, named f. */
  static FunctionDefinition function(String source, ValueType result, ValueType... parameters) {
    return function(SandboxProfiles.UNTRUSTED, source, result, parameters);
  }

  static FunctionDefinition function(
      SandboxProfile profile, String source, ValueType result, ValueType... parameters) {
    return new FunctionDefinition(
        "f", List.of(parameters), result, Language.JAVASCRIPT, source, false, false, profile);
  }

  /** A column of one value, or of more. */
  static Column column(ValueType type, Object... values) {
    Column column = new Column(type);
    for (Object value : values) {
      switch (value) {
        case Long number -> column.addLong(number);
        case Integer number -> column.addLong(number);
        case Boolean truth -> column.addLong(truth ? 1 : 0);
        case Double number -> column.addDouble(number);
        case String text -> column.addText(text);
        case byte[] bytes -> column.addBytes(bytes, 0, bytes.length);
        default -> column.addNull();
      }
    }
    return column;
  }

  /** Values as tests compare them; null for NULL. */
  static List<Object> values(Column column) {
    List<Object> values = new ArrayList<>();
    for (int row = 0; row < column.size(); row++) {
      if (column.isNull(row)) {
        values.add("NULL");
      } else {
        values.add(
            switch (column.type()) {
              case INTEGER -> column.getLong(row);
              case BOOLEAN -> column.getLong(row) == 1;
              case REAL -> column.getDouble(row);
              case TEXT -> column.getText(row);
              case BLOB, VECTOR -> HexFormat.of().formatHex(column.getBytes(row));
            });
      }
    }
    return values;
  }

  /** Opens a function, calls it once for a batch, and closes it. */
  static List<Object> call(FunctionRuntime.Prepared prepared, ValueType type, Column... arguments) {
    try (FunctionRuntime.Instance instance = prepared.open()) {
      Column result = new Column(type);
      int rows = arguments.length == 0 ? 1 : arguments[0].size();
      instance.call(List.of(arguments), rows, result);
      return values(result);
    }
  }
}
