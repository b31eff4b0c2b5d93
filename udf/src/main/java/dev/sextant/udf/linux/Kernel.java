package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sextant.udf.seccomp.Architecture;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Optional;

/** The kernel's calls by their names, made from this thread. */
public final class Kernel {
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final Architecture architecture;
  private final Map<String, Integer> numbers;
  private final MethodHandle function;
  private final MethodHandle bare;

  private Kernel(Architecture architecture, MethodHandle function, MethodHandle bare) {
    this.architecture = architecture;
    this.numbers = architecture.numbers();
    this.function = function;
    this.bare = bare;
  }

  /** The kernel of this process; empty where it is not Linux on a processor that is known. */
  @SuppressWarnings("restricted") // It is what this package is for.
  public static Optional<Kernel> find() {
    FunctionDescriptor descriptor =
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    Linker linker = Linker.nativeLinker();
    return Architecture.current()
        .flatMap(
            architecture ->
                linker
                    .defaultLookup()
                    .find("syscall")
                    .map(
                        symbol ->
                            new Kernel(
                                architecture,
                                linker.downcallHandle(
                                    symbol,
                                    descriptor,
                                    Linker.Option.firstVariadicArg(1),
                                    Linker.Option.captureCallState("errno")),
                                linker.downcallHandle(
                                    symbol, descriptor, Linker.Option.firstVariadicArg(1)))));
  }

  /** Whose numbers the calls have. */
  public Architecture architecture() {
    return architecture;
  }

  /**
   * Makes a call.
   *
   * @param arguments up to six
   * @return what the kernel returned, or the error number, negative
   */
  public long tryCall(String call, long... arguments) {
    Integer number = numbers.get(call);
    return number == null ? -NativeException.ENOSYS : tryNumber(number, arguments);
  }

  /** Makes a call by its number. */
  public long tryNumber(int number, long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long[] all = new long[6];
      System.arraycopy(arguments, 0, all, 0, arguments.length);
      long result =
          (long)
              function.invokeExact(
                  state, (long) number, all[0], all[1], all[2], all[3], all[4], all[5]);
      return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Makes a call with little around it, to be timed; gives -1 for any error. */
  long timedCall(int number, long first, long second, long third) {
    try {
      return (long) bare.invokeExact((long) number, first, second, third, 0L, 0L, 0L);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Makes a call that is expected to succeed.
   *
   * @throws NativeException if it fails
   */
  public long call(String call, long... arguments) {
    long result = tryCall(call, arguments);
    if (result < 0) {
      throw new NativeException(call, (int) -result);
    }
    return result;
  }

  /** Where memory starts, as calls take it. */
  public static long address(MemorySegment memory) {
    return memory.address();
  }
}
