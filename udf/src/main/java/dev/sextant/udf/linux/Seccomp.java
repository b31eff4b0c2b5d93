package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Filters of system calls, which stay until the process ends. */
public final class Seccomp {
  /** The filter holds for all threads of the process. */
  public static final int ALL_THREADS = 1;

  /** The call returns a descriptor by which refused calls are heard of. */
  public static final int LISTENER = 1 << 3;

  /** With both: fails with an error number where a thread cannot follow. */
  public static final int ALL_OR_ERROR = 1 << 4;

  private static final int SET_MODE_FILTER = 1;
  private static final int GET_ACTION_AVAILABLE = 2;
  private static final int PR_SET_NO_NEW_PRIVS = 38;

  private Seccomp() {}

  /** A program in memory as the kernel takes it: {@code struct sock_fprog}. */
  public static MemorySegment program(Arena arena, byte[] instructions) {
    MemorySegment code = arena.allocate(instructions.length, 8);
    MemorySegment.copy(instructions, 0, code, JAVA_BYTE, 0, instructions.length);
    MemorySegment program = arena.allocate(16, 8);
    program.set(JAVA_SHORT, 0, (short) (instructions.length / 8));
    program.set(ADDRESS, 8, code);
    return program;
  }

  /** Gives up gaining privileges by executing programs, which filters require. */
  public static long giveUpPrivileges(Kernel kernel) {
    return kernel.tryCall("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  }

  /** Adds a filter for this thread, or all; gives 0, a descriptor, or a negative error number. */
  public static long install(Kernel kernel, MemorySegment program, int flags) {
    return kernel.tryCall("seccomp", SET_MODE_FILTER, flags, program.address());
  }

  /** Whether the kernel knows an action; 0 or a negative error number. */
  static long probe(Kernel kernel, int action) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment asked = arena.allocate(4, 4);
      asked.set(JAVA_INT, 0, action);
      return kernel.tryCall("seccomp", GET_ACTION_AVAILABLE, 0, asked.address());
    }
  }
}
