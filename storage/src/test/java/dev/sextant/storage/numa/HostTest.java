package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.MemoryPolicy;
import dev.sextant.storage.numa.kernel.Reply;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.ThreadInfo;
import dev.sextant.storage.numa.topology.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * The real kernel of the machine that the tests run on. Where it refuses a call, as in a container,
 * the evidence has to say just that.
 */
class HostTest {
  private static final int PAGES = 64;

  private final NumaMachine machine = NumaMachine.host();
  private final Kernel kernel = machine.kernel();

  private int firstNode() {
    return machine.topology().limits().nodes().first().orElseThrow();
  }

  @Test
  void placesForReal() throws MemoryExhausted {
    int node = firstNode();
    for (Placement placement :
        List.of(
            new Placement.Bind(node),
            new Placement.Preferred(node),
            new Placement.Interleave(IdSet.of(node)))) {
      long bytes = (long) PAGES * kernel.pageSize();
      long address = kernel.map(bytes).value();
      try {
        Evidence evidence = new Placing(kernel, address, bytes).place(placement);
        switch (evidence) {
          case Evidence.Verified(long counted, String detail) -> {
            assertThat(counted).isEqualTo(PAGES);
            assertThat(detail).isEqualTo("pages: 64 pages on node " + node);
          }
          case Evidence.None(int errno, String reason) ->
              assertThat(refused("mbind")).as(reason).contains(errno);
          case Evidence.Applied(String reason) ->
              assertThat(refused("move_pages")).as(reason).isNotEmpty();
          case Evidence.BestEffort _, Evidence.NotApplicable _ ->
              assertThat(evidence).as("64 pages on a node").isInstanceOf(Evidence.Verified.class);
        }
      } finally {
        assertThat(kernel.unmap(address, bytes).ok()).isTrue();
      }
    }
  }

  private List<Integer> refused(String call) {
    return machine.capabilities().stream()
        .filter(capability -> capability.name().startsWith(call) && !capability.available())
        .map(capability -> capability.reply().errno())
        .toList();
  }

  @Test
  void aRegionHoldsWhatIsWrittenWhateverTheMachine() {
    Placer placer = machine.placer();
    try (PlacedRegion region =
        placer.allocate(100_000, new Placement.Preferred(firstNode()), Enforcement.SOFT)) {
      region.memory().fill((byte) 3);
      assertThat(region.memory().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 99_999))
          .isEqualTo((byte) 3);
      if (machine.topology().online().size() == 1) {
        assertThat(region.evidence()).isEqualTo(new Evidence.NotApplicable("1 NUMA node"));
      }
    }
  }

  @Test
  void theKernelNarrowsCpusWithoutAnErrorAndAPinSaysSo() {
    int cpu = kernel.affinity(0).cpus().first().orElseThrow();
    IdSet before = kernel.affinity(0).cpus();
    assertThat(kernel.setAffinity(0, IdSet.of(IdSet.MAX_ID)).error()).isEqualTo("EINVAL");
    try (Pin pin = Pin.current(kernel, IdSet.of(cpu, IdSet.MAX_ID), Enforcement.SOFT)) {
      assertThat(pin.evidence())
          .isEqualTo(
              new Evidence.BestEffort(
                  1, "narrowed from " + IdSet.of(cpu, IdSet.MAX_ID) + " to " + cpu));
    }
    try (Pin pin = Pin.current(kernel, IdSet.of(cpu), Enforcement.STRICT)) {
      assertThat(pin.evidence()).isEqualTo(new Evidence.Verified(1, "CPUs: " + cpu));
      assertThat(kernel.location().cpu()).isEqualTo(cpu);
    }
    assertThat(kernel.affinity(0).cpus()).isEqualTo(before);
  }

  @Test
  void aThreadStandsBehindOthersAndNoOtherThreadDoes() throws Exception {
    int before = nice(Path.of("/proc/thread-self/stat"));
    AtomicInteger after = new AtomicInteger();
    Thread lowered =
        Thread.ofPlatform()
            .start(
                () -> {
                  assertThat(kernel.lowerPriority(3).ok()).isTrue();
                  after.set(nice(Path.of("/proc/thread-self/stat")));
                });
    lowered.join();
    assertThat(after.get()).isEqualTo(Math.min(19, before + 3));
    assertThat(nice(Path.of("/proc/thread-self/stat"))).isEqualTo(before);
  }

  /** Field 19 of proc_pid_stat(5), counted behind the name. */
  private static int nice(Path stat) {
    try {
      String line = Files.readString(stat);
      return Integer.parseInt(line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[16]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anotherThreadCanBePinnedByItsNumber() throws InterruptedException {
    AtomicLong id = new AtomicLong();
    CountDownLatch known = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Thread other =
        Thread.ofPlatform()
            .name("sextant-test")
            .start(
                () -> {
                  id.set(kernel.threadId().value());
                  known.countDown();
                  try {
                    done.await();
                  } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                  }
                });
    known.await();
    IdSet one = IdSet.of(kernel.affinity(0).cpus().first().orElseThrow());
    assertThat(kernel.setAffinity((int) id.get(), one).ok()).isTrue();
    assertThat(kernel.affinity((int) id.get()).cpus()).isEqualTo(one);
    List<ThreadInfo> threads = machine.threads().threads();
    assertThat(threads)
        .anySatisfy(
            thread -> {
              assertThat(thread.id()).isEqualTo((int) id.get());
              assertThat(thread.name()).isEqualTo("sextant-test");
              assertThat(thread.kind()).isEqualTo(ThreadInfo.Kind.WORKER);
              assertThat(thread.allowed()).isEqualTo(one);
            });
    assertThat(threads.stream().map(ThreadInfo::kind))
        .contains(ThreadInfo.Kind.SESSION, ThreadInfo.Kind.GC, ThreadInfo.Kind.JIT);
    assertThat(machine.threads().notes()).isEmpty();
    done.countDown();
    other.join();
  }

  @Test
  void tryingTheCallsLeavesTheThreadAsItWas() {
    IdSet cpus = kernel.affinity(0).cpus();
    Kernel.PolicyReply policy = kernel.policy();
    List<Capability> capabilities = machine.capabilities();
    assertThat(capabilities).hasSizeGreaterThan(10);
    assertThat(capabilities)
        .allSatisfy(c -> assertThat(c.remedy().isEmpty()).isEqualTo(c.available()));
    assertThat(kernel.affinity(0).cpus()).isEqualTo(cpus);
    assertThat(kernel.policy()).isEqualTo(policy);
  }

  @Test
  void theMachineIsReadOnceUntilItIsReadAgain() {
    Topology first = machine.topology();
    assertThat(machine.topology()).isSameAs(first);
    assertThat(machine.rediscover()).isNotSameAs(first);
    assertThat(first.nodeOf(kernel.location().cpu())).isPresent();
    assertThat(machine.currentNode().orElseThrow()).isEqualTo(kernel.location().node());
    assertThat(machine.report()).isNotEmpty();
  }

  /** The fake answers as the real kernel does, where there is only the machine's first node. */
  @Property(tries = 200)
  void theFakeIsTrue(@ForAll @Size(min = 1, max = 6) List<@IntRange(max = 29) Integer> operations) {
    boolean refuses =
        machine.capabilities().stream()
            .anyMatch(c -> !c.available() && !c.neededFor().equals("nothing here"));
    if (refuses || machine.topology().withMemory().size() != 1) {
      return;
    }
    int node = firstNode();
    FakeKernel fake = new FakeKernel().node(node, machine.topology().online(), 1_000_000);
    long bytes = 4L * kernel.pageSize();
    long real = kernel.map(bytes).value();
    long pretended = fake.map(4L * fake.pageSize()).value();
    try {
      for (int operation : operations) {
        Reply expected = run(kernel, real, operation, node);
        Reply got = run(fake, pretended, operation, node);
        assertThat(got.error()).as("operation " + operation).isEqualTo(expected.error());
        assertThat(PageCounts.of(fake, pretended, 4L * fake.pageSize()).byNode())
            .isEqualTo(PageCounts.of(kernel, real, bytes).byNode());
      }
    } finally {
      kernel.unmap(real, bytes);
      fake.unmap(pretended, 4L * fake.pageSize());
    }
  }

  private static Reply run(Kernel kernel, long address, int operation, int node) {
    long bytes = 4L * kernel.pageSize();
    if (operation < 3) {
      return operation == 0 ? kernel.touch(address, bytes) : kernel.populate(address, bytes);
    }
    if (operation < 5) {
      int[] targets = new int[4];
      java.util.Arrays.fill(targets, operation == 3 ? node : 1000);
      return kernel.movePages(address, targets, new int[4]);
    }
    int mode = operation % 5;
    IdSet nodes =
        switch (operation / 5) {
          case 1 -> IdSet.EMPTY;
          case 2 -> IdSet.of(node);
          case 3 -> IdSet.of(node, 1000);
          default -> IdSet.of(1000);
        };
    int flags = operation % 3 == 0 ? 0 : operation % 3 == 1 ? Kernel.STRICT : Kernel.MOVE;
    MemoryPolicy policy =
        nodes.isEmpty() ? new MemoryPolicy(mode, nodes) : MemoryPolicy.of(mode, nodes);
    return kernel.bind(address, bytes, policy, flags);
  }

  @Test
  void errorsHaveNames() {
    assertThat(Errno.name(1)).isEqualTo("EPERM");
    assertThat(Errno.name(777)).isEqualTo("errno 777");
  }
}
