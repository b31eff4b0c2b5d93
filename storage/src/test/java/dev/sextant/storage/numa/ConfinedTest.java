package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Topology;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real kernel with calls that a seccomp filter refuses, as in a container. A filter holds for
 * the thread that installs it, which ends with the test.
 */
class ConfinedTest {
  private static final int NO_NEW_PRIVILEGES = 38;
  private static final int SECCOMP = 22;
  private static final int FILTER = 2;
  private static final short LOAD_NUMBER = 0x20;
  private static final short JUMP_IF_EQUAL = 0x15;
  private static final short RETURN = 0x06;
  private static final int ALLOW = 0x7fff0000;
  private static final int FAIL = 0x00050000;
  private static final long NOBODY = 65534;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final int MBIND = ARM ? 235 : 237;
  private static final int MOVE_PAGES = ARM ? 239 : 279;
  private static final int SET_AFFINITY = ARM ? 122 : 203;

  @TempDir Path folder;

  /** Runs something on a thread of its own, some of whose calls fail with EPERM. */
  private static <T> T confined(List<Integer> calls, Callable<T> task) throws Exception {
    FutureTask<T> result =
        new FutureTask<>(
            () -> {
              forbid(calls);
              return task.call();
            });
    Thread.ofPlatform().start(result).join();
    try {
      return result.get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof Exception cause ? cause : failed;
    }
  }

  @SuppressWarnings("restricted") // prctl by its documented type
  private static void forbid(List<Integer> calls) throws Exception {
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    ValueLayout.OfInt number = ValueLayout.JAVA_INT;
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
      instruction(code, length - 1, RETURN, FAIL | Errno.EPERM);
      MemorySegment program = arena.allocate(16, 8);
      program.set(ValueLayout.JAVA_SHORT, 0, (short) length);
      program.set(ValueLayout.JAVA_LONG, 8, code.address());
      int none = (int) prctl.invokeExact(NO_NEW_PRIVILEGES, 1L, 0L, 0L, 0L);
      int filtered = (int) prctl.invokeExact(SECCOMP, (long) FILTER, program.address(), 0L, 0L);
      assertThat(none | filtered).isZero();
    } catch (Throwable failure) {
      throw new IllegalStateException("seccomp", failure);
    }
  }

  private static void instruction(MemorySegment code, int at, short what, int value) {
    code.set(ValueLayout.JAVA_SHORT, at * 8L, what);
    code.set(ValueLayout.JAVA_INT, at * 8L + 4, value);
  }

  @Test
  void aRefusedCallIsACapabilityThatIsMissing() throws Exception {
    NumaMachine machine = NumaMachine.host();
    Map<String, String> errors =
        confined(
            List.of(MBIND, MOVE_PAGES),
            () ->
                machine.capabilities().stream()
                    .collect(Collectors.toMap(Capability::name, c -> c.reply().error())));
    assertThat(errors)
        .containsEntry("mbind BIND STRICT", "EPERM")
        .containsEntry("move_pages", "EPERM")
        .containsEntry("getcpu", "")
        .containsEntry("mmap", "");
    assertThat(machine.report())
        .anySatisfy(
            advice -> {
              assertThat(advice.finding()).startsWith("The kernel refuses calls");
              assertThat(advice.evidence()).contains("mbind BIND STRICT EPERM");
            });
  }

  @Test
  void softGoesOnAndStrictRefuses() throws Exception {
    Topology machine = Machine.expand("opteron-8-socket", folder).read();
    Kernel kernel = Kernel.host();
    Placer placer = new Placer(machine, kernel);
    Evidence soft =
        confined(
            List.of(MBIND),
            () -> {
              try (PlacedRegion region =
                  placer.allocate(100_000, new Placement.Bind(0), Enforcement.SOFT)) {
                region.memory().fill((byte) 1);
                return region.evidence();
              }
            });
    assertThat(soft).isEqualTo(new Evidence.None(Errno.EPERM, "mbind gave EPERM"));
    assertThatThrownBy(
            () ->
                confined(
                    List.of(MBIND),
                    () -> placer.allocate(100_000, new Placement.Bind(0), Enforcement.STRICT)))
        .hasMessageContaining("none (EPERM, mbind gave EPERM); nothing was allocated");
  }

  @Test
  void pagesThatMayNotBeCountedAreNotVerified() throws Exception {
    Topology machine = Machine.expand("opteron-8-socket", folder).read();
    int node = NumaMachine.host().topology().limits().nodes().first().orElseThrow();
    Placer placer = new Placer(machine, Kernel.host());
    Evidence evidence =
        confined(
            List.of(MOVE_PAGES),
            () -> {
              try (PlacedRegion region =
                  placer.allocate(100_000, new Placement.Bind(node), Enforcement.SOFT)) {
                return region.evidence();
              }
            });
    assertThat(evidence).isEqualTo(new Evidence.Applied("move_pages gave EPERM"));
  }

  @Test
  void aThreadThatMayNotBePinnedIsAsBefore() throws Exception {
    Kernel kernel = Kernel.host();
    IdSet cpus = kernel.affinity(0).cpus();
    IdSet one = IdSet.of(cpus.first().orElseThrow());
    Evidence evidence =
        confined(
            List.of(SET_AFFINITY),
            () -> {
              try (Pin pin = Pin.current(kernel, one, Enforcement.SOFT)) {
                return pin.evidence();
              }
            });
    assertThat(evidence).isEqualTo(new Evidence.None(Errno.EPERM, "sched_setaffinity gave EPERM"));
    assertThat(kernel.affinity(0).cpus()).isEqualTo(cpus);
  }

  /** Raw setresuid(2) changes the thread alone; where the user is not root already, it fails. */
  @Test
  void aThreadWithoutPrivilegesMayDoAllButMoveWhatOthersShare() throws Exception {
    Map<String, String> all = errors(NumaMachine.host());
    FutureTask<Map<String, String>> result =
        new FutureTask<>(
            () -> {
              becomeNobody();
              return errors(NumaMachine.host());
            });
    Thread.ofPlatform().start(result).join();
    Map<String, String> few = new TreeMap<>(result.get());
    assertThat(few.remove("mbind BIND MOVE_ALL")).isEqualTo("EPERM");
    all.remove("mbind BIND MOVE_ALL");
    assertThat(few).isEqualTo(all);
  }

  private static Map<String, String> errors(NumaMachine machine) {
    return machine.capabilities().stream()
        .collect(
            Collectors.toMap(Capability::name, c -> c.reply().error(), (a, b) -> a, TreeMap::new));
  }

  @SuppressWarnings("restricted") // syscall by its documented type
  private static void becomeNobody() {
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    MethodHandle call =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(word, word, word, word, word),
            Linker.Option.firstVariadicArg(1));
    try {
      long _ = (long) call.invokeExact(ARM ? 147L : 117L, NOBODY, NOBODY, NOBODY);
    } catch (Throwable failure) {
      throw new IllegalStateException("setresuid", failure);
    }
  }
}
