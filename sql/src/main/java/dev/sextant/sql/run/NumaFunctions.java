package dev.sextant.sql.run;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.sqlite.ScalarFunction;
import dev.sextant.storage.sqlite.ScalarFunction.Arguments;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Functions on one SQLite connection about the machine's nodes. */
final class NumaFunctions {
  private final NumaMachine machine;

  NumaFunctions(NumaMachine machine) {
    this.machine = machine;
  }

  void register(SqliteConnection connection) {
    connection.createFunction("numa_current_node", this::currentNode, ScalarFunction.Kind.VOLATILE);
    connection.createFunction("numa_distance", this::distance, ScalarFunction.Kind.VOLATILE);
  }

  private @Nullable Object currentNode(Arguments arguments) {
    SessionFunctions.requireCount(arguments, 0, "numa_current_node");
    return value(machine.currentNode());
  }

  private @Nullable Object distance(Arguments arguments) {
    SessionFunctions.requireCount(arguments, 2, "numa_distance");
    if (arguments.isNull(0) || arguments.isNull(1)) {
      return null;
    }
    return value(machine.topology().distances().between(node(arguments, 0), node(arguments, 1)));
  }

  private int node(Arguments arguments, int position) {
    long id = arguments.getLong(position);
    IdSet online = machine.topology().online();
    String text = arguments.getText(position);
    boolean whole = text.equals(Long.toString(id)) || text.equals(id + ".0");
    if (!whole || id < 0 || id > IdSet.MAX_ID || !online.contains((int) id)) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "numa_distance expects nodes of "
              + online
              + " but got "
              + text
              + ". See sextant.numa_nodes.");
    }
    return (int) id;
  }

  private static @Nullable Object value(OptionalInt number) {
    return number.isPresent() ? (Object) (long) number.getAsInt() : null;
  }
}
