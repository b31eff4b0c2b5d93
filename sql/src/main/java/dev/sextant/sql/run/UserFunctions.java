package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.udf.FunctionCatalog;
import dev.sextant.engine.udf.FunctionLibrary;
import dev.sextant.engine.udf.FunctionRun;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.storage.sqlite.ScalarFunction;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Language;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/*
 * SQLite knows one function for each name, of any number of arguments; which of a name's functions
 * is meant is seen from the arguments. It is registered once and looks its functions up, since
 * SQLite lets no function be registered anew while statements run; only where a name's functions
 * turn from repeatable to volatile, or back, it has to be.
 */
/** Users' functions on one session's connection. */
public final class UserFunctions implements AutoCloseable {
  private final Session session;
  private final FunctionLibrary library;
  private final SqlExpressions expressions;
  private final Map<String, ScalarFunction.Kind> registered = new HashMap<>();
  private final Map<FunctionDefinition, FunctionLibrary.Lease> leases = new HashMap<>();
  private FunctionSet functions = FunctionSet.NONE;
  private @Nullable FunctionRun current;
  private int runs;
  private boolean stale;

  /** No functions yet. */
  public UserFunctions(Session session) {
    this.session = session;
    this.library = session.database().functions();
    this.expressions = new SqlExpressions(session.connection());
  }

  /** Makes the functions of the connection's snapshot callable, and gives them. */
  public FunctionSet refresh() {
    FunctionSet now = FunctionCatalog.read(session.connection());
    if (now.isEmpty() && registered.isEmpty()) {
      functions = now;
      return now;
    }
    for (String name : now.names()) {
      ScalarFunction.Kind kind =
          now.isDeterministic(name) ? ScalarFunction.Kind.REPEATABLE : ScalarFunction.Kind.VOLATILE;
      if (registered.get(name) != kind) {
        session.connection().createFunction(name, arguments -> call(name, arguments), kind);
        registered.put(name, kind);
      }
    }
    // While statements run, SQLite keeps a name, and calls of it say that there is no function.
    registered
        .keySet()
        .removeIf(name -> now.named(name).isEmpty() && session.connection().dropFunction(name));
    functions = now;
    hold();
    return now;
  }

  /** Holds what is defined, and what statements under way still call. */
  private void hold() {
    Set<FunctionDefinition> wanted = new HashSet<>();
    for (UserFunction function : functions.all()) {
      if (function.definition().language() != Language.SQL) {
        wanted.add(function.definition());
        leases.computeIfAbsent(function.definition(), library::lease);
      }
    }
    stale = runs > 0;
    if (!stale) {
      leases
          .entrySet()
          .removeIf(
              lease -> {
                boolean gone = !wanted.contains(lease.getKey());
                if (gone) {
                  lease.getValue().close();
                }
                return gone;
              });
      expressions.close();
    }
  }

  /** The calls of one execution of a statement, to be given back by {@link #end}. */
  public @Nullable FunctionRun begin(BooleanSupplier cancelled) {
    if (functions.isEmpty()) {
      return null;
    }
    runs++;
    return new FunctionRun(library, functions, this::open, cancelled);
  }

  /** An execution has ended. */
  public void end(FunctionRun run) {
    runs--;
    run.close();
    if (runs == 0 && stale) {
      hold();
    }
  }

  /** Lets calls belong to an execution until it is left. */
  public Scope enter(@Nullable FunctionRun run) {
    FunctionRun before = current;
    current = run;
    return () -> current = before;
  }

  /** While it is open, calls belong to an execution. */
  @FunctionalInterface
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  private FunctionRuntime.Instance open(UserFunction function) {
    return function.definition().language() == Language.SQL
        ? expressions.open(function, functions)
        : Objects.requireNonNull(leases.get(function.definition())).open();
  }

  private @Nullable Object call(String name, ScalarFunction.Arguments arguments) {
    @Nullable Object[] values = new @Nullable Object[arguments.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = arguments.value(i);
    }
    FunctionRun run = current;
    if (run != null) {
      return run.call(name, values);
    }
    // SQLite computes constants while it prepares a statement, too.
    try (FunctionRun alone = new FunctionRun(library, functions, this::open, () -> false)) {
      return alone.call(name, values);
    }
  }

  /** Gives back all that is held. */
  @Override
  public void close() {
    expressions.close();
    leases.values().forEach(FunctionLibrary.Lease::close);
    leases.clear();
  }
}
