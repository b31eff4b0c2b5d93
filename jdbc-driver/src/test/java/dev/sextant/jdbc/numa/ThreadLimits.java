package dev.sextant.jdbc.numa;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Takes rights from the calling thread, and from those that it starts; there is no way back. */
final class ThreadLimits {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  /** The number of mbind(2). */
  static final int MBIND = ARM ? 235 : 237;

  private static final long SET_IDS = ARM ? 147 : 117;
  private static final long NOBODY = 65_534;
  private static final int NO_NEW_PRIVILEGES = 38;
  private static final int SECCOMP = 22;
  private static final int FILTER = 2;
  private static final short LOAD_NUMBER = 0x20;
  private static final short JUMP_IF_EQUAL = 0x15;
  private static final short RETURN = 0x06;
  private static final int ALLOW = 0x7fff0000;
  private static final int FAIL = 0x00050000;
  private static final int EPERM = 1;

  private ThreadLimits() {}

  /** Has system calls fail with EPERM, by a seccomp filter as containers have one. */
  @SuppressWarnings("restricted") // prctl by its documented type
  static void forbid(List<Integer> calls) {
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    ValueLayout.OfInt number = ValueLayout.JAVA_INT;
    Linker linker = Linker.nativeLinker();
    MethodHandle prctl =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(number, number, word, word, word, word),
            Linker.Option.firstVariadicArg(1));
    try (Arena arena = Arena.ofConfined()) {
      int length = calls.size() + 3;
      MemorySegment code = arena.allocate(length * 8L, 8);
      instruction(code, 0, LOAD_NUMBER, 0);
      for (int i = 0; i < calls.size(); i++) {
        instruction(code, i + 1, JUMP_IF_EQUAL, calls.get(i));
        code.set(ValueLayout.JAVA_BYTE, (i + 1) * 8L + 2, (byte) (calls.size() - i));
      }
      instruction(code, length - 2, RETURN, ALLOW);
      instruction(code, length - 1, RETURN, FAIL | EPERM);
      MemorySegment program = arena.allocate(16, 8);
      program.set(ValueLayout.JAVA_SHORT, 0, (short) length);
      program.set(ValueLayout.JAVA_LONG, 8, code.address());
      int none = (int) prctl.invokeExact(NO_NEW_PRIVILEGES, 1L, 0L, 0L, 0L);
      int filtered = (int) prctl.invokeExact(SECCOMP, (long) FILTER, program.address(), 0L, 0L);
      if ((none | filtered) != 0) {
        throw new IllegalStateException("The kernel takes no seccomp filter.");
      }
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new IllegalStateException("prctl", impossible);
    }
  }

  private static void instruction(MemorySegment code, int at, short operation, int value) {
    code.set(ValueLayout.JAVA_SHORT, at * 8L, operation);
    code.set(ValueLayout.JAVA_INT, at * 8L + 4, value);
  }

  /** Raw setresuid(2), which changes the calling thread alone; nothing where it is not root's. */
  @SuppressWarnings("restricted") // syscall by its documented type
  static void becomeNobody() {
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    Linker linker = Linker.nativeLinker();
    MethodHandle call =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(word, word, word, word, word),
            Linker.Option.firstVariadicArg(1));
    try {
      long _ = (long) call.invokeExact(SET_IDS, NOBODY, NOBODY, NOBODY);
    } catch (Throwable failure) {
      throw new IllegalStateException("setresuid", failure);
    }
  }
}
