package dev.sextant.udf.wasm;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import dev.sextant.udf.wasm.binary.BinaryModule;
import dev.sextant.udf.wasm.binary.BinaryModule.Export;
import dev.sextant.udf.wasm.binary.BinaryModule.Kind;
import dev.sextant.udf.wasm.binary.NumberType;
import dev.sextant.udf.wasm.binary.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a module the engine calls.
 *
 * @param function the number of the function
 * @param signature what it takes and gives
 * @param allocate the number of {@code alloc}, if the module has it
 */
record Abi(int function, Signature signature, Optional<Integer> allocate) {
  /** The function that gives the engine memory for arguments. */
  private static final String ALLOCATE = "alloc";

  /** More parameters than this would not fit in a method of the JVM beside what it takes itself. */
  private static final int PARAMETERS = 60;

  /**
   * Finds in a module what a definition needs.
   *
   * @throws UdfException DEFINITION where something is missing or of another type
   */
  static Abi of(FunctionDefinition definition, BinaryModule module) {
    if (definition.parameters().size() > PARAMETERS) {
      throw wrong(
          "it has " + definition.parameters().size() + " parameters, but at most 60 are possible.");
    }
    Signature expected = definition.vectorized() ? columnar(definition) : scalar(definition);
    int function = find(module, definition.name());
    Signature actual = module.signature(function);
    if (!actual.equals(expected)) {
      throw wrong(
          String.format(
              "the module exports \"%s\" as %s, but %s needs %s.",
              definition.name(), shown(actual), form(definition), shown(expected)));
    }
    if (usesMemory(definition) && module.memory().isEmpty()) {
      throw wrong("its arguments or results lie in memory, but the module has none.");
    }
    return new Abi(function, expected, allocator(module));
  }

  /** Whether arguments or results lie in memory. */
  static boolean usesMemory(FunctionDefinition definition) {
    return definition.vectorized()
        || !definition.result().isNumber()
        || definition.parameters().stream().anyMatch(type -> !type.isNumber());
  }

  private static Optional<Integer> allocator(BinaryModule module) {
    Export export = module.exports().get(ALLOCATE);
    if (export == null || export.kind() != Kind.FUNCTION) {
      return Optional.empty();
    }
    Signature expected = new Signature(List.of(NumberType.I32), List.of(NumberType.I32));
    boolean fits = module.signature(export.index()).equals(expected);
    return fits ? Optional.of(export.index()) : Optional.empty();
  }

  private static int find(BinaryModule module, String name) {
    Export export = module.exports().get(name);
    if (export == null) {
      for (String other : module.exports().keySet()) {
        export =
            other.equalsIgnoreCase(name) && export == null ? module.exports().get(other) : export;
      }
    }
    if (export == null || export.kind() != Kind.FUNCTION) {
      List<String> names =
          module.exports().entrySet().stream()
              .filter(entry -> entry.getValue().kind() == Kind.FUNCTION)
              .map(entry -> "\"" + entry.getKey() + "\"")
              .toList();
      String got = names.isEmpty() ? "none" : String.join(", ", names);
      throw wrong("the module has to export a function \"" + name + "\"; it exports " + got + ".");
    }
    return export.index();
  }

  private static Signature scalar(FunctionDefinition definition) {
    List<NumberType> parameters = new ArrayList<>();
    for (ValueType type : definition.parameters()) {
      switch (type) {
        case INTEGER -> parameters.add(NumberType.I64);
        case REAL -> parameters.add(NumberType.F64);
        case BOOLEAN -> parameters.add(NumberType.I32);
        case TEXT, BLOB, VECTOR -> {
          parameters.add(NumberType.I32);
          parameters.add(NumberType.I32);
        }
      }
    }
    NumberType result =
        switch (definition.result()) {
          case INTEGER, TEXT, BLOB, VECTOR -> NumberType.I64;
          case REAL -> NumberType.F64;
          case BOOLEAN -> NumberType.I32;
        };
    return new Signature(parameters, List.of(result));
  }

  private static Signature columnar(FunctionDefinition definition) {
    int pointers = 0;
    for (ValueType type : definition.parameters()) {
      pointers += type.isNumber() ? 2 : 3;
    }
    List<NumberType> parameters = new ArrayList<>();
    for (int i = 0; i < 1 + pointers + 2; i++) {
      parameters.add(NumberType.I32);
    }
    return new Signature(parameters, List.of());
  }

  private static String form(FunctionDefinition definition) {
    return definition.signature()
        + " RETURNS "
        + definition.result()
        + (definition.vectorized() ? " VECTORIZED" : "");
  }

  private static String shown(Signature signature) {
    String clauses = signature.toString();
    return clauses.isEmpty() ? "(func)" : "(func " + clauses + ")";
  }

  private static UdfException wrong(String message) {
    return new UdfException(Failure.DEFINITION, message);
  }
}
