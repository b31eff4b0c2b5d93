package dev.sextant.udf.worker;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.ValueType;
import java.util.ArrayList;
import java.util.List;

/**
 * What a worker has to know of a function.
 *
 * @param name of the function that the script declares
 * @param fuel that running the script and each batch may use
 * @param outputBytes of a batch's results
 */
record Task(
    String name,
    List<ValueType> parameters,
    ValueType result,
    String source,
    boolean deterministic,
    boolean vectorized,
    long fuel,
    long outputBytes) {
  static Task of(FunctionDefinition function) {
    return new Task(
        function.name(),
        function.parameters(),
        function.result(),
        function.source(),
        function.deterministic(),
        function.vectorized(),
        function.profile().limits().fuel(),
        function.profile().limits().outputBytes());
  }

  void write(FrameOutput out) {
    out.putText(name).putInt(parameters.size());
    parameters.forEach(type -> out.putByte(Frame.code(type)));
    out.putByte(Frame.code(result))
        .putText(source)
        .putByte(deterministic ? 1 : 0)
        .putByte(vectorized ? 1 : 0)
        .putLong(fuel)
        .putLong(outputBytes);
  }

  static Task read(FrameInput in) {
    String name = in.getText();
    int count = in.getInt();
    List<ValueType> parameters = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      parameters.add(type(in));
    }
    return new Task(
        name,
        parameters,
        type(in),
        in.getText(),
        in.getByte() == 1,
        in.getByte() == 1,
        in.getLong(),
        in.getLong());
  }

  private static ValueType type(FrameInput in) {
    return Frame.constant(ValueType.values(), in.getByte());
  }
}
