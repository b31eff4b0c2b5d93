package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.NoKernel;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.NumaNode;
import dev.sextant.storage.numa.topology.Topology;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Placing memory on machines with many nodes, full ones, and kernels that refuse. */
class PlacerTest {
  private static final long PAGE = 4096;

  @TempDir Path folder;

  private Topology machine(String name) {
    return Machine.expand(name, folder).read();
  }

  /** A kernel with the machine's nodes, 100 free pages on each. */
  private static FakeKernel kernel(Topology machine) {
    FakeKernel kernel = new FakeKernel();
    for (NumaNode node : machine.nodes()) {
      kernel.node(node.id(), node.cpus(), 100);
    }
    return kernel;
  }

  private Topology fourNodes() {
    return machine("supermicro-cgroup1-free");
  }

  @Test
  void bindsOnEachNodeWhateverItsNumber() {
    for (String name : List.of("drachma-sparse", "power9-gpus", "sgi-altix-64", "beyond-64")) {
      Topology machine = Machine.expand(name, folder.resolve(name)).read();
      FakeKernel kernel = kernel(machine);
      Placer placer = new Placer(machine, kernel);
      for (int node : machine.online().toList()) {
        try (PlacedRegion region =
            placer.allocate(64 * PAGE, new Placement.Bind(node), Enforcement.STRICT)) {
          assertThat(region.evidence())
              .isEqualTo(new Evidence.Verified(64, "pages: 64 pages on node " + node));
          assertThat(region.pagesByNode()).isEqualTo(Map.of(node, 64L));
        }
      }
      assertThat(kernel.mapped()).isZero();
    }
  }

  @Test
  void aFullNodeIsAnErrorWhereStrictAndNobodyDies() {
    Topology machine = fourNodes();
    FakeKernel kernel = kernel(machine);
    Placer placer = new Placer(machine, kernel);
    assertThatThrownBy(() -> placer.allocate(150 * PAGE, new Placement.Bind(2), Enforcement.STRICT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("50 elsewhere")
        .hasMessageContaining("100 pages on node 2")
        .hasMessageContaining("nothing was allocated");
    assertThat(kernel.mapped()).isZero();
    assertThat(kernel.free(2)).isEqualTo(100);
  }

  @Test
  void aFullNodeSpillsWhereSoftAndItIsCounted() {
    Topology machine = fourNodes();
    FakeKernel kernel = kernel(machine);
    Placer placer = new Placer(machine, kernel);
    for (Placement placement : List.of(new Placement.Bind(2), new Placement.Preferred(2))) {
      try (PlacedRegion region = placer.allocate(150 * PAGE, placement, Enforcement.SOFT)) {
        assertThat(region.evidence()).isInstanceOf(Evidence.BestEffort.class);
        assertThat(((Evidence.BestEffort) region.evidence()).elsewhere()).isEqualTo(50);
        region.memory().set(ValueLayout.JAVA_BYTE, 150 * PAGE - 1, (byte) 1);
      }
    }
  }

  @Test
  void aPreferenceThatSpilledIsNotStrict() {
    Topology machine = fourNodes();
    Placer placer = new Placer(machine, kernel(machine));
    assertThatThrownBy(
            () -> placer.allocate(101 * PAGE, new Placement.Preferred(0), Enforcement.STRICT))
        .hasMessageContaining("1 elsewhere");
  }

  @Test
  void interleavesEvenly() {
    Topology machine = fourNodes();
    Placer placer = new Placer(machine, kernel(machine));
    Placement placement = new Placement.Interleave(IdSet.of(1, 3));
    try (PlacedRegion region = placer.allocate(65 * PAGE, placement, Enforcement.STRICT)) {
      assertThat(region.pagesByNode()).isEqualTo(Map.of(1, 33L, 3, 32L));
    }
    try (PlacedRegion hog = placer.allocate(100 * PAGE, new Placement.Bind(3), Enforcement.STRICT);
        PlacedRegion region = placer.allocate(64 * PAGE, placement, Enforcement.SOFT)) {
      assertThat(hog.evidence().holds()).isTrue();
      assertThat(region.evidence()).isInstanceOf(Evidence.BestEffort.class);
    }
  }

  @Test
  void localIsWhereTheThreadRuns() {
    Topology machine = fourNodes();
    FakeKernel kernel = kernel(machine);
    IdSet cpus = machine.node(2).orElseThrow().cpus();
    try (Pin pin = Pin.current(kernel, cpus, Enforcement.STRICT);
        PlacedRegion region =
            new Placer(machine, kernel).allocate(3, new Placement.Local(), Enforcement.STRICT)) {
      assertThat(pin.evidence()).isEqualTo(new Evidence.Verified(4, "CPUs: 8-11"));
      assertThat(region.pagesByNode()).isEqualTo(Map.of(2, 1L));
      assertThat(region.memory().byteSize()).isEqualTo(3);
    }
  }

  @Test
  void aRefusedPolicyKeepsTheMemoryWhereSoft() {
    Topology machine = fourNodes();
    for (int errno : List.of(Errno.EPERM, Errno.EINVAL, Errno.ENOSYS)) {
      FakeKernel kernel = kernel(machine).refuse("mbind", errno);
      Placer placer = new Placer(machine, kernel);
      try (PlacedRegion region =
          placer.allocate(8 * PAGE, new Placement.Bind(1), Enforcement.SOFT)) {
        assertThat(region.evidence())
            .isEqualTo(new Evidence.None(errno, "mbind gave " + Errno.name(errno)));
        region.memory().set(ValueLayout.JAVA_LONG, 8, 7);
        assertThat(region.memory().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(7);
      }
      assertThatThrownBy(() -> placer.allocate(8 * PAGE, new Placement.Bind(1), Enforcement.STRICT))
          .hasMessageContaining(Errno.name(errno));
      assertThat(kernel.mapped()).isZero();
    }
  }

  @Test
  void whatNobodyCountedIsAppliedAndNotStrict() {
    Topology machine = fourNodes();
    FakeKernel kernel = kernel(machine).refuse("move_pages", Errno.EPERM);
    Placer placer = new Placer(machine, kernel);
    try (PlacedRegion region = placer.allocate(PAGE, new Placement.Bind(1), Enforcement.SOFT)) {
      assertThat(region.evidence()).isEqualTo(new Evidence.Applied("move_pages gave EPERM"));
      assertThat(region.pagesByNode()).isEmpty();
    }
    assertThatThrownBy(() -> placer.allocate(PAGE, new Placement.Bind(1), Enforcement.STRICT))
        .hasMessageContaining("applied");
  }

  @Test
  void pagesAreTouchedWhereTheKernelCannotPopulate() {
    Topology machine = fourNodes();
    for (int errno : List.of(Errno.EINVAL, Errno.ENOSYS, Errno.EPERM)) {
      FakeKernel kernel = kernel(machine).refuse("madvise", errno);
      try (PlacedRegion region =
          new Placer(machine, kernel).allocate(PAGE, new Placement.Bind(3), Enforcement.STRICT)) {
        assertThat(region.pagesByNode()).isEqualTo(Map.of(3, 1L));
        assertThat(kernel.calls()).contains("touch");
      }
    }
    FakeKernel poisoned = kernel(machine).refuse("madvise", Errno.EFAULT);
    assertThatThrownBy(
            () ->
                new Placer(machine, poisoned)
                    .allocate(PAGE, new Placement.Bind(3), Enforcement.SOFT))
        .hasMessageContaining("populating it gave EFAULT");
  }

  @Test
  void nothingIsTouchedOrPopulatedOnceItIsBound() {
    Topology machine = fourNodes();
    FakeKernel kernel = kernel(machine);
    try (PlacedRegion region =
        new Placer(machine, kernel).allocate(PAGE, new Placement.Bind(3), Enforcement.STRICT)) {
      assertThat(region.placement()).isEqualTo(new Placement.Bind(3));
      assertThat(kernel.calls())
          .containsExactly("mmap", "mbind", "madvise", "move_pages", "mbind", "move_pages");
    }
  }

  @Test
  void memoryThatIsNowhereIsAnErrorEvenWhereSoft() {
    Topology machine = fourNodes();
    FakeKernel kernel = kernel(machine);
    Placer placer = new Placer(machine, kernel);
    assertThatThrownBy(() -> placer.allocate(401 * PAGE, new Placement.Bind(0), Enforcement.SOFT))
        .hasMessageContaining("cannot be allocated: populating it gave ENOMEM");
    assertThat(kernel.mapped()).isZero();
    FakeKernel none = kernel(machine).refuse("mmap", Errno.ENOMEM);
    assertThatThrownBy(
            () -> new Placer(machine, none).allocate(1, new Placement.Local(), Enforcement.SOFT))
        .hasMessageContaining("mmap gave ENOMEM");
  }

  @Test
  void absentNodesAreRefusedByNumber() {
    Topology machine = machine("drachma-sparse");
    FakeKernel kernel = kernel(machine);
    Placer placer = new Placer(machine, kernel);
    for (Placement placement :
        List.of(
            new Placement.Bind(3),
            new Placement.Preferred(63),
            new Placement.Interleave(IdSet.of(0, 63)),
            new Placement.Interleave(IdSet.EMPTY))) {
      for (Enforcement enforcement : Enforcement.values()) {
        assertThatThrownBy(() -> placer.allocate(PAGE, placement, enforcement))
            .hasMessageContaining("expects nodes of 0-2,33-34,45,72-73 but got");
      }
    }
    assertThat(kernel.calls()).isEmpty();
  }

  @Test
  void nodesThatTheCpusetForbidsAreRefusedWhereStrict() {
    Topology machine = machine("opteron-8-socket-cpuset");
    FakeKernel kernel = kernel(machine);
    Placer placer = new Placer(machine, kernel);
    try (PlacedRegion region = placer.allocate(PAGE, new Placement.Bind(5), Enforcement.SOFT)) {
      assertThat(region.evidence().label()).contains("none (node 5 is not allowed");
    }
    assertThatThrownBy(() -> placer.allocate(PAGE, new Placement.Bind(5), Enforcement.STRICT))
        .hasMessageContaining("BIND(5) cannot be: node 5 is not allowed");
    try (PlacedRegion region = placer.allocate(PAGE, new Placement.Bind(3), Enforcement.STRICT)) {
      assertThat(region.evidence()).isInstanceOf(Evidence.Verified.class);
    }
  }

  @Test
  void oneNodeIsNothingToChoose() {
    Topology machine = machine("dell-r630-node-1-only");
    FakeKernel kernel = kernel(machine);
    Placer placer = new Placer(machine, kernel);
    for (Placement placement : List.of(new Placement.Bind(1), new Placement.Local())) {
      try (PlacedRegion region = placer.allocate(PAGE, placement, Enforcement.STRICT)) {
        assertThat(region.evidence()).isEqualTo(new Evidence.NotApplicable("1 NUMA node"));
      }
    }
    assertThat(kernel.calls()).containsOnly("mmap", "munmap");
    assertThatThrownBy(() -> placer.allocate(PAGE, new Placement.Bind(0), Enforcement.SOFT))
        .hasMessageContaining("BIND(0) expects nodes of 1 but got node 0");
  }

  @Test
  void sizesAreChecked() {
    Topology machine = fourNodes();
    Placer placer = new Placer(machine, kernel(machine));
    for (long bytes : List.of(0L, -1L, Long.MAX_VALUE)) {
      assertThatThrownBy(() -> placer.allocate(bytes, new Placement.Local(), Enforcement.SOFT))
          .hasMessageContaining("but got " + bytes);
    }
  }

  @Test
  void withoutSystemCallsThereIsMemoryAllTheSame() {
    Topology machine = fourNodes();
    Placer placer = new Placer(machine, new NoKernel("the system is another"));
    try (PlacedRegion region = placer.allocate(10, new Placement.Bind(1), Enforcement.SOFT)) {
      assertThat(region.evidence().label()).isEqualTo("none (ENOSYS, the system is another)");
      assertThat(region.memory().byteSize()).isEqualTo(10);
      assertThat(region.pagesByNode()).isEmpty();
    }
    assertThatThrownBy(() -> placer.allocate(10, new Placement.Bind(1), Enforcement.STRICT))
        .hasMessageContaining("none (ENOSYS, the system is another)");
  }
}
