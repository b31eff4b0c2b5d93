package dev.sextant.engine.udf;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Language;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of functions that one execution of a statement makes. One thread at a time, except
 * {@link #interrupt}.
 */
public final class FunctionRun implements AutoCloseable {
  private final FunctionLibrary library;
  private final FunctionSet functions;
  private final Opener opener;
  private final BooleanSupplier cancelled;
  private final Map<UserFunction, FunctionCalls> calls = new HashMap<>();
  private final Map<String, List<Upcoming>> upcoming = new HashMap<>();
  private final Object interrupting = new Object();
  private @Nullable Thread calling;
  private boolean interrupted;
  private boolean reading;

  /** Opens functions of all languages. */
  @FunctionalInterface
  public interface Opener {
    /** A function for one statement on one thread. */
    FunctionRuntime.Instance open(UserFunction function);
  }

  /**
   * A run without calls.
   *
   * @param functions those that are defined when the statement begins
   * @param cancelled whether the statement was stopped
   */
  public FunctionRun(
      FunctionLibrary library, FunctionSet functions, Opener opener, BooleanSupplier cancelled) {
    this.functions = functions;
    this.library = library;
    this.opener = opener;
    this.cancelled = cancelled;
  }

  FunctionLibrary library() {
    return library;
  }

  Opener opener() {
    return opener;
  }

  /** Tells with which arguments functions of a name will be called. */
  public void expect(String name, List<Upcoming> sources) {
    upcoming.put(name.toLowerCase(Locale.ROOT), sources);
  }

  /** Reads on in what is expected; calls are refused meanwhile, since SQLite is inside of one. */
  @Nullable Object @Nullable [] next(Upcoming source) {
    reading = true;
    try {
      return source.next();
    } finally {
      reading = false;
    }
  }

  List<Upcoming> upcoming(String name) {
    return upcoming.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  /**
   * Calls the function of a name that fits.
   *
   * @param arguments Long, Double, String, byte[] or null
   * @return Long, Double, String, byte[] or null
   * @throws SextantException of class 38 where the call fails
   */
  public @Nullable Object call(String name, @Nullable Object[] arguments) {
    if (reading) {
      throw new SextantException(
          ErrorCode.INTERNAL, "Function \"" + name + "\" was called inside a call.");
    }
    UserFunction function = Overloads.chosen(name, functions.named(name), arguments);
    requireUsable(function);
    if (function.strict() && Overloads.hasNull(arguments)) {
      return null;
    }
    try {
      return calls.computeIfAbsent(function, f -> new FunctionCalls(this, f)).call(arguments);
    } catch (UdfException failure) {
      throw told(library, function, failure);
    }
  }

  private void requireUsable(UserFunction function) {
    switch (function.state()) {
      case ACTIVE -> {
        // It may be called.
      }
      case QUARANTINED ->
          throw told(
              library,
              function,
              new UdfException(
                  Failure.QUARANTINED,
                  "Function "
                      + function.signature()
                      + " is in quarantine. ALTER FUNCTION … RELEASE lets it run again."));
      case UNUSABLE ->
          throw told(
              library,
              function,
              new UdfException(
                  Failure.HOST,
                  "Function "
                      + function.signature()
                      + " has a profile that is missing, or wider than the one it extends. Create"
                      + " the function anew."));
    }
  }

  /** Remembers a failure in the audit and gives it as the user should see it. */
  public static SextantException told(
      FunctionLibrary library, UserFunction function, UdfException failure) {
    SextantException told = SextantException.of(failure);
    library.statistics().of(function.signature()).failed(failure.failure());
    if (failure.failure() != Failure.CANCELLED && !failure.isTold()) {
      library.audit().record(function, failure.failure().name(), told);
    }
    return told;
  }

  /** Runs a call of a function so that {@link #interrupt} ends it. */
  void interruptibly(UserFunction function, Runnable call) {
    if (function.definition().language() == Language.SQL) {
      call.run();
      return;
    }
    synchronized (interrupting) {
      if (cancelled.getAsBoolean()) {
        throw new UdfException(
            Failure.CANCELLED, "The statement was cancelled before it called a function.");
      }
      calling = Thread.currentThread();
    }
    try {
      call.run();
    } finally {
      synchronized (interrupting) {
        calling = null;
        if (interrupted) {
          interrupted = false;
          Thread.interrupted();
        }
      }
    }
  }

  /** Ends the call under way, from any thread. */
  public void interrupt() {
    synchronized (interrupting) {
      if (calling != null) {
        interrupted = true;
        calling.interrupt();
      }
    }
  }

  /** Gives back what the calls hold. Idempotent. */
  @Override
  public void close() {
    calls.values().forEach(FunctionCalls::close);
    calls.clear();
    upcoming.values().forEach(sources -> sources.forEach(Upcoming::close));
    upcoming.clear();
  }
}
