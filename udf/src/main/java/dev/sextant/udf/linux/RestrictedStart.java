package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Optional;

/** What the thread does that restricts itself and then starts a program. Runs once. */
final class RestrictedStart implements Runnable {
  private static final int CAPABILITY_VERSION = 0x20080522;

  /** How far it came. */
  private enum Step {
    NO_NEW_PRIVILEGES,
    CAPABILITIES,
    LANDLOCK,
    SECCOMP,
    EXECUTE
  }

  private final Kernel kernel;
  private final SpawnLibrary.Prepared program;
  private final Descriptor signal;
  private MemorySegment filter = MemorySegment.NULL;
  private Optional<Descriptor> rules = Optional.empty();
  private volatile Step step = Step.NO_NEW_PRIVILEGES;
  private volatile int error;

  RestrictedStart(Kernel kernel, SpawnLibrary.Prepared program, Descriptor signal) {
    this.kernel = kernel;
    this.program = program;
    this.signal = signal;
  }

  /** A filter, or none, and rules for files, or none. */
  void restrict(MemorySegment theFilter, Optional<Descriptor> theRules) {
    filter = theFilter;
    rules = theRules;
  }

  /** Makes every call once so that it fails, on a thread that stays as it is. */
  static void rehearse(Kernel kernel, SpawnLibrary.Prepared program, Descriptor signal) {
    RestrictedStart rehearsal = new RestrictedStart(kernel, program, signal);
    int unknownOperation = -1;
    long ignored = kernel.tryCall("prctl", unknownOperation, 0, 0, 0, 0);
    ignored |= kernel.tryCall("capset", 0, 0);
    ignored |= kernel.tryCall("landlock_restrict_self", -1, 0);
    ignored |= Seccomp.install(kernel, MemorySegment.NULL, unknownOperation);
    rehearsal.failed(Step.SECCOMP, ignored);
    rehearsal.error = 0;
    rehearsal.run();
  }

  /** The step that failed, in lower case. */
  String step() {
    return step.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Its error number; 0 where all went well. */
  int error() {
    return error;
  }

  @Override
  public void run() {
    try {
      if (restricted()) {
        step = Step.EXECUTE;
        error = program.start();
      }
    } finally {
      try (Arena arena = Arena.ofConfined()) {
        int ignored = signal.write(arena.allocate(1));
      }
    }
  }

  private boolean restricted() {
    if (filter.equals(MemorySegment.NULL) && rules.isEmpty()) {
      return true;
    }
    return !failed(Step.NO_NEW_PRIVILEGES, Seccomp.giveUpPrivileges(kernel))
        && !failed(Step.CAPABILITIES, giveUpCapabilities())
        && !failed(Step.LANDLOCK, rules.isEmpty() ? 0 : Landlock.restrict(kernel, rules.get()))
        && !failed(
            Step.SECCOMP,
            filter.equals(MemorySegment.NULL) ? 0 : Seccomp.install(kernel, filter, 0));
  }

  private boolean failed(Step attempted, long result) {
    step = attempted;
    error = result < 0 ? (int) -result : 0;
    return result < 0;
  }

  private long giveUpCapabilities() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment header = arena.allocate(8, 4);
      header.set(JAVA_INT, 0, CAPABILITY_VERSION);
      return kernel.tryCall("capset", header.address(), arena.allocate(24, 4).address());
    }
  }
}
