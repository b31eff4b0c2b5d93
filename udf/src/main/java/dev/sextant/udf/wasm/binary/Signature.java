package dev.sextant.udf.wasm.binary;

import java.util.List;

/** What a function of a module takes and gives. */
public record Signature(List<NumberType> parameters, List<NumberType> results) {
  private static final int FUNCTION = 0x60;

  /** A signature that nobody can change. */
  public Signature {
    parameters = List.copyOf(parameters);
    results = List.copyOf(results);
  }

  /** Writes it as it stands in the section of types. */
  public void write(ByteWriter out) {
    out.writeByte(FUNCTION);
    write(parameters, out);
    write(results, out);
  }

  private static void write(List<NumberType> types, ByteWriter out) {
    out.writeUnsigned(types.size());
    types.forEach(type -> out.writeByte(type.code()));
  }

  static Signature read(ByteReader in) {
    int at = in.position();
    if (in.readByte() != FUNCTION) {
      throw in.refused(at, "a type that is not a function's");
    }
    List<NumberType> parameters = NumberTypes.read(in, ModuleLimits.PARAMETERS, "parameters:");
    return new Signature(parameters, NumberTypes.read(in, ModuleLimits.RESULTS, "results:"));
  }

  /** As the text form writes it: {@code (param i64) (result f64)}. */
  @Override
  public String toString() {
    return (clause("param", parameters) + " " + clause("result", results)).strip();
  }

  private static String clause(String word, List<NumberType> types) {
    if (types.isEmpty()) {
      return "";
    }
    List<String> names = types.stream().map(NumberType::toString).toList();
    return "(" + word + " " + String.join(" ", names) + ")";
  }
}
