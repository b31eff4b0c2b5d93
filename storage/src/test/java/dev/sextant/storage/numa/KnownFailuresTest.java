package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.numa.NodeWorkers.Piece;
import dev.sextant.storage.numa.NodeWorkers.Steal;
import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.NoKernel;
import dev.sextant.storage.numa.topology.Cpu;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.NumaNode;
import dev.sextant.storage.numa.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What has gone wrong in other NUMA libraries when it was run, and must not here. The tests below
 * are on every machine there is a description of; where another test guards against a failure, the
 * table names it.
 *
 * <table>
 * <caption>Failures and their tests</caption>
 * <tr><th>failure</th><th>test</th></tr>
 * <tr><td>cpumap only, or a NUL byte in cpulist: the machine is silently one node</td>
 *     <td>MachinesTest: power7, bull-itanium, xeon-16-socket-cpumap, kunpeng</td></tr>
 * <tr><td>distances by position, not by number</td>
 *     <td>{@link #everyMachineIsReadByNumberAndUsable}</td></tr>
 * <tr><td>a node above 63 ends the process, or is dropped from the mask</td>
 *     <td>{@link #everyMachineIsReadByNumberAndUsable}, IdSetTest</td></tr>
 * <tr><td>a narrowed mask of CPUs passes as strict</td>
 *     <td>HostTest.theKernelNarrowsCpusWithoutAnErrorAndAPinSaysSo</td></tr>
 * <tr><td>a soft failure of mbind gives memory that is unmapped</td>
 *     <td>PlacerTest.aRefusedPolicyKeepsTheMemoryWhereSoft</td></tr>
 * <tr><td>an absent node in a strict binding passes</td>
 *     <td>PlacerTest.absentNodesAreRefusedByNumber</td></tr>
 * <tr><td>a size that is no multiple of a large page is never unmapped</td>
 *     <td>SpaceTest.regionsOfAnySizeAreUnmappedWhole, {@link #largeMemoryOfOddSizeIsCountedWhole}
 *     </td></tr>
 * <tr><td>strict preference with pages elsewhere, or none touched, passes</td>
 *     <td>PlacerTest.aPreferenceThatSpilledIsNotStrict</td></tr>
 * <tr><td>a full node under a binding has the process killed</td>
 *     <td>PlacerTest.aFullNodeIsAnErrorWhereStrictAndNobodyDies and
 *     nothingIsTouchedOrPopulatedOnceItIsBound; the guest's suite</td></tr>
 * <tr><td>queues by number in an array: tasks lost on sparse numbers and on node 1 alone</td>
 *     <td>{@link #everyMachineIsReadByNumberAndUsable}</td></tr>
 * <tr><td>idle workers poll</td><td>NodeWorkersTest.whoWaitsForWorkUsesNoCpu</td></tr>
 * <tr><td>the newest task first, so that old ones starve</td>
 *     <td>{@link #aNodesTasksAreBegunInTheirOrder}</td></tr>
 * <tr><td>shutdown says that it is done when it is not; threads left behind</td>
 *     <td>NodeWorkersTest.whatNobodyHasBegunIsCancelledAtTheEnd</td></tr>
 * <tr><td>a failed task's result is lost</td>
 *     <td>NodeWorkersTest.theFirstFailureIsThrownAndWorkersLive</td></tr>
 * <tr><td>counts by node wrap, or lose what was stolen from a sparse number</td>
 *     <td>{@link #countsByNodeAddUpUnderManyThreads}, {@link #whatIsStolenFromAnyNodeIsCounted}
 *     </td></tr>
 * <tr><td>a node without CPUs has no workers and fails the pool</td>
 *     <td>{@link #everyMachineIsReadByNumberAndUsable}</td></tr>
 * <tr><td>a disk behind a PCI bus has no node</td><td>MachinesTest: dell-dcs8000z</td></tr>
 * <tr><td>capabilities guessed from privileges</td>
 *     <td>ConfinedTest, and ConfinedProcessTest in the driver</td></tr>
 * <tr><td>a pinned virtual thread leaves its carrier pinned</td>
 *     <td>PinTest.aVirtualThreadIsNotPinned</td></tr>
 * <tr><td>a thread's policy leaks into memory of others</td>
 *     <td>HostTest.tryingTheCallsLeavesTheThreadAsItWas</td></tr>
 * <tr><td>locality without work is called excellent</td>
 *     <td>NumaPlacementTest.localityWithoutTasksIsUnknown in the SQL module</td></tr>
 * </table>
 */
class KnownFailuresTest {
  private static final long PAGE = 4096;

  @TempDir Path folder;

  static List<String> machines() {
    return MachinesTest.machines();
  }

  private NodeWorkers workers(Steal steal) {
    NumaMachine machine =
        new NumaMachine(
            folder.resolve("sys"), folder.resolve("proc"), () -> new NoKernel("it is a test"));
    return new NodeWorkers(machine, () -> steal);
  }

  private NodeWorkers oneOnNode33(Steal steal) {
    Machine.expand(
        List.of(
            "online 0,33",
            "node 0 0-1 64",
            "node 33 2-3 64",
            "row 0 10 16",
            "row 33 16 10",
            "allowed 0-2 0,33"),
        folder);
    return workers(steal);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void everyMachineIsReadByNumberAndUsable(String name) throws IOException {
    Topology machine = Machine.expand(name, folder).read();
    distancesAreByNumber(machine);
    cpusBelongToTheNodesThatNameThem(machine);
    everyNodeTakesMemory(machine);
    everyNodeTakesWork(machine);
  }

  /** Each row of the kernel's has the distances in the order of the nodes that are online. */
  private void distancesAreByNumber(Topology machine) throws IOException {
    List<Integer> online = machine.online().toList();
    for (int from : online) {
      Path file = folder.resolve("sys/devices/system/node/node" + from + "/distance");
      boolean doubted =
          machine.notes().stream().anyMatch(note -> note.source().equals(file.toString()));
      if (!Files.exists(file) || doubted) {
        continue;
      }
      String[] row = Files.readString(file).strip().split("\\s+", -1);
      assertThat(row).as("the row of node %d", from).hasSameSizeAs(online);
      for (int place = 0; place < row.length; place++) {
        assertThat(machine.distances().between(from, online.get(place)))
            .as("from node %d to %d", from, online.get(place))
            .isEqualTo(OptionalInt.of(Integer.parseInt(row[place])));
      }
    }
    assertThat(machine.distances().between(-1, 0)).isEmpty();
  }

  private static void cpusBelongToTheNodesThatNameThem(Topology machine) {
    for (Cpu cpu : machine.cpus()) {
      List<Integer> naming =
          machine.nodes().stream()
              .filter(node -> node.cpus().contains(cpu.id()))
              .map(NumaNode::id)
              .toList();
      assertThat(naming.isEmpty() ? List.of(cpu.node()) : naming).contains(cpu.node());
    }
  }

  private static void everyNodeTakesMemory(Topology machine) {
    FakeKernel kernel = new FakeKernel();
    machine.nodes().forEach(node -> kernel.node(node.id(), node.cpus(), 10));
    Placer placer = new Placer(machine, kernel);
    IdSet allowed = machine.withMemory().intersect(machine.limits().nodes());
    for (int node : allowed.toList()) {
      try (PlacedRegion region =
          placer.allocate(8 * PAGE, new Placement.Bind(node), Enforcement.STRICT)) {
        assertThat(region.evidence().holds()).isTrue();
        if (allowed.size() > 1) {
          assertThat(region.pagesByNode()).isEqualTo(Map.of(node, 8L));
        }
      }
    }
    assertThat(kernel.mapped()).isZero();
  }

  private void everyNodeTakesWork(Topology machine) {
    try (NodeWorkers workers = workers(Steal.DISTANCE)) {
      List<Integer> nodes = machine.nodes().stream().map(NumaNode::id).toList();
      List<Piece<Integer>> pieces = new ArrayList<>();
      for (int node : nodes) {
        pieces.add(new Piece<>(node, () -> node + 1));
      }
      assertThat(workers.run(pieces)).isEqualTo(nodes.stream().map(node -> node + 1).toList());
      assertThat(tasks(workers)).isEqualTo(nodes.size());
    }
  }

  private static long tasks(NodeWorkers workers) {
    return workers.pools().stream()
        .mapToLong(pool -> pool.local() + pool.stolen() + pool.helped())
        .sum();
  }

  @Test
  void countsByNodeAddUpUnderManyThreads() throws Exception {
    int threads = 8;
    int rounds = 200;
    try (NodeWorkers workers = oneOnNode33(Steal.DISTANCE);
        ExecutorService callers = Executors.newFixedThreadPool(threads)) {
      Callable<Long> caller =
          () -> {
            long sum = 0;
            for (int round = 0; round < rounds; round++) {
              int number = round;
              for (int result :
                  workers.run(
                      List.of(
                          new Piece<>(0, () -> number),
                          new Piece<>(33, () -> number),
                          new Piece<>(99, () -> number)))) {
                sum += result;
              }
            }
            return sum;
          };
      for (Future<Long> sum : callers.invokeAll(java.util.Collections.nCopies(threads, caller))) {
        assertThat(sum.get()).isEqualTo(3L * rounds * (rounds - 1) / 2);
      }
      assertThat(tasks(workers)).isEqualTo(3L * threads * rounds);
      assertThat(workers.pools()).allMatch(pool -> pool.local() >= 0 && pool.queued() == 0);
      assertThat(workers.workers().stream().mapToLong(NodeWorkers.WorkerReport::stolen).sum())
          .isEqualTo(workers.pools().stream().mapToLong(NodeWorkers.PoolReport::stolen).sum());
      assertThat(workers.workers().stream().mapToLong(NodeWorkers.WorkerReport::local).sum())
          .isEqualTo(workers.pools().stream().mapToLong(NodeWorkers.PoolReport::local).sum());
    }
  }

  @Test
  void whatIsStolenFromAnyNodeIsCounted() throws InterruptedException {
    try (NodeWorkers workers = oneOnNode33(Steal.DISTANCE)) {
      CountDownLatch together = new CountDownLatch(2);
      List<NodeWorkers.Pending<Boolean>> pending = new ArrayList<>();
      for (int i = 0; i < 2; i++) { // of a node with one worker
        pending.add(
            workers.begin(
                new Piece<>(
                    33,
                    () -> {
                      together.countDown();
                      together.await();
                      return true;
                    })));
      }
      together.await();
      pending.forEach(each -> assertThat(each.await()).isTrue());
      NodeWorkers.PoolReport sparse = workers.pools().getLast();
      assertThat(sparse.node()).isEqualTo(33);
      assertThat(sparse.stolen()).isPositive();
      assertThat(sparse.stolen() + sparse.local()).isEqualTo(2);
    }
  }

  @Test
  void aNodesTasksAreBegunInTheirOrder() throws InterruptedException {
    try (NodeWorkers workers = oneOnNode33(Steal.NONE)) {
      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      workers.begin(
          new Piece<>(
              33,
              () -> {
                held.countDown();
                release.await();
                return true;
              }));
      held.await();
      List<Integer> begun = new ArrayList<>(); // by one thread, until all is counted down
      CountDownLatch done = new CountDownLatch(20);
      for (int i = 0; i < 20; i++) {
        int number = i;
        workers.begin(
            new Piece<>(
                33,
                () -> {
                  begun.add(number);
                  done.countDown();
                  return true;
                }));
      }
      release.countDown();
      done.await();
      assertThat(begun).isEqualTo(IntStream.range(0, 20).boxed().toList());
    }
  }

  /** On the real kernel: a large page counts as the 512 pages that it holds. */
  @Test
  void largeMemoryOfOddSizeIsCountedWhole() {
    Kernel kernel = Kernel.host();
    for (long bytes : List.of(Kernel.LARGE_PAGE, 3L << 20, (5L << 20) + kernel.pageSize())) {
      long address = kernel.map(bytes).value();
      try {
        assertThat(address % Kernel.LARGE_PAGE).isZero();
        assertThat(kernel.adviseLarge(address, bytes).errno()).isIn(0, Errno.EINVAL);
        assertThat(kernel.touch(address, bytes).ok()).isTrue();
        PageCounts counts = PageCounts.of(kernel, address, bytes);
        if (counts.reply().ok()) {
          assertThat(counts.present()).isEqualTo(bytes / kernel.pageSize());
          assertThat(counts.absent()).isZero();
        }
      } finally {
        assertThat(kernel.unmap(address, bytes).ok()).isTrue();
      }
    }
  }
}
