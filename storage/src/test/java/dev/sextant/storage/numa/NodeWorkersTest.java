package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.NodeWorkers.Piece;
import dev.sextant.storage.numa.NodeWorkers.Steal;
import dev.sextant.storage.numa.kernel.NoKernel;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Topology;
import dev.sextant.storage.vector.Hits;
import dev.sextant.storage.vector.KernelProvider;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.VectorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers of nodes whose numbers have gaps: results, failures, stealing, the end. */
class NodeWorkersTest {
  private static final String PREFIX = "sextant-node-";

  @TempDir Path folder;

  /** Nodes 0 and 33 with two CPUs each, of which one of node 33 is forbidden, and 250 with none. */
  private NodeWorkers workers(Steal steal) {
    Machine.expand(
        List.of(
            "online 0,33,250",
            "node 0 0-1 64",
            "node 33 2-3 64",
            "node 250 - 64",
            "row 0 10 16 80",
            "row 33 16 10 40",
            "row 250 80 40 10",
            "allowed 0-2 0,33,250"),
        folder);
    NumaMachine machine =
        new NumaMachine(
            folder.resolve("sys"), folder.resolve("proc"), () -> new NoKernel("it is a test"));
    return new NodeWorkers(machine, () -> steal);
  }

  private static List<Thread> alive() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(PREFIX) && thread.isAlive())
        .toList();
  }

  @Test
  void resultsComeInTheirOrderAndNoThreadIsLeft() {
    try (NodeWorkers workers = workers(Steal.DISTANCE)) {
      assertThat(workers.pools()).isEmpty();
      assertThat(alive()).isEmpty();
      assertThat(workers.nodes()).isEqualTo(IdSet.of(0, 33));
      List<Piece<Integer>> pieces = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int number = i;
        pieces.add(new Piece<>(new int[] {0, 33, 250}[i % 3], () -> number * number));
      }
      assertThat(workers.run(pieces))
          .isEqualTo(IntStream.range(0, 200).mapToObj(i -> i * i).toList());
      assertThat(workers.pools()).extracting(NodeWorkers.PoolReport::workers).containsExactly(2, 1);
      assertThat(workers.pools().stream().mapToLong(p -> p.local() + p.stolen() + p.helped()).sum())
          .isEqualTo(200);
      assertThat(workers.workers())
          .extracting(NodeWorkers.WorkerReport::name)
          .containsExactly(PREFIX + "0-0", PREFIX + "0-1", PREFIX + "33-0");
    }
    assertThat(alive()).isEmpty();
  }

  @Test
  void theFirstFailureIsThrownAndWorkersLive() {
    try (NodeWorkers workers = workers(Steal.ANY)) {
      List<Piece<Integer>> pieces = new ArrayList<>();
      pieces.add(new Piece<>(0, () -> 1));
      pieces.add(
          new Piece<>(
              33,
              () -> {
                throw new IllegalArgumentException("of the task");
              }));
      assertThatThrownBy(() -> workers.run(pieces)).hasMessage("of the task");
      assertThat(workers.run(List.of(new Piece<>(33, () -> "alive")))).containsExactly("alive");
    }
  }

  @Test
  void idleWorkersTakeTheWorkOfTheNearestNode() throws InterruptedException {
    for (Steal steal : List.of(Steal.DISTANCE, Steal.ANY)) {
      try (NodeWorkers workers = workers(steal)) {
        // Three tasks of a node with two workers, none of which ends before all have begun.
        CountDownLatch together = new CountDownLatch(3);
        List<NodeWorkers.Pending<String>> pending = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          pending.add(
              workers.begin(
                  new Piece<>(
                      0,
                      () -> {
                        together.countDown();
                        together.await();
                        return Thread.currentThread().getName();
                      })));
        }
        together.await();
        assertThat(pending.stream().map(NodeWorkers.Pending::await))
            .containsExactlyInAnyOrder(PREFIX + "0-0", PREFIX + "0-1", PREFIX + "33-0");
        assertThat(workers.pools().getFirst().stolen()).isEqualTo(1);
        assertThat(workers.workers().getLast().stolen()).isEqualTo(1);
      }
    }
  }

  @Test
  void nobodyTakesAnythingWhereStealingIsOff() throws InterruptedException {
    try (NodeWorkers workers = workers(Steal.NONE)) {
      CountDownLatch together = new CountDownLatch(2);
      CountDownLatch release = new CountDownLatch(1);
      List<NodeWorkers.Pending<Boolean>> pending = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        pending.add(
            workers.begin(
                new Piece<>(
                    0,
                    () -> {
                      together.countDown();
                      release.await();
                      return true;
                    })));
      }
      together.await();
      NodeWorkers.Pending<String> third =
          workers.begin(new Piece<>(0, () -> Thread.currentThread().getName()));
      assertThat(workers.begin(new Piece<>(33, () -> true)).await()).isTrue();
      // Nobody else may, so it is done by who asks for the result.
      assertThat(third.await()).isEqualTo(Thread.currentThread().getName());
      release.countDown();
      pending.forEach(each -> assertThat(each.await()).isTrue());
      assertThat(workers.pools()).allMatch(pool -> pool.stolen() == 0);
    }
  }

  @Test
  void whoWaitsForWorkUsesNoCpu() {
    try (NodeWorkers workers = workers(Steal.DISTANCE)) {
      assertThat(workers.run(List.of(new Piece<>(0, () -> 1)))).containsExactly(1);
      List<Thread> threads = alive();
      assertThat(threads).hasSize(3);
      long end = System.nanoTime() + 30_000_000_000L;
      while (System.nanoTime() < end
          && threads.stream().anyMatch(t -> t.getState() != Thread.State.WAITING)) {
        Thread.onSpinWait();
      }
      assertThat(threads).allMatch(thread -> thread.getState() == Thread.State.WAITING);
    }
  }

  @Test
  void whatNobodyHasBegunIsCancelledAtTheEnd() throws InterruptedException {
    NodeWorkers workers = workers(Steal.NONE);
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    NodeWorkers.Pending<Boolean> running =
        workers.begin(
            new Piece<>(
                33,
                () -> {
                  held.countDown();
                  release.await();
                  return true;
                }));
    held.await();
    NodeWorkers.Pending<Boolean> waiting = workers.begin(new Piece<>(33, () -> true));
    Thread closer = Thread.ofPlatform().start(workers::close);
    while (!closed(workers)) {
      Thread.onSpinWait();
    }
    assertThatThrownBy(waiting::await)
        .isInstanceOfSatisfying(
            StorageException.class,
            failure -> assertThat(failure.kind()).isEqualTo(StorageException.Kind.CLOSED));
    release.countDown();
    closer.join();
    assertThat(running.await()).isTrue();
    assertThat(alive()).isEmpty();
  }

  private static boolean closed(NodeWorkers workers) {
    try {
      workers.begin(new Piece<>(0, () -> true)).await();
      return false;
    } catch (StorageException closed) {
      return closed.kind() == StorageException.Kind.CLOSED;
    }
  }

  @Test
  void aScanSplitByNodesFindsWhatOneThreadFinds() {
    Topology topology = Machine.expand("supermicro-cgroup1-free", folder.resolve("m")).read();
    FakeKernel kernel = new FakeKernel();
    topology.nodes().forEach(node -> kernel.node(node.id(), node.cpus(), 100_000));
    Placer placer = new Placer(topology, kernel);
    List<Integer> nodes = topology.online().toList();
    Space inTurn =
        (bytes, number) ->
            Optional.of(
                placer.allocate(
                    bytes,
                    new Placement.Preferred(nodes.get(number % nodes.size())),
                    Enforcement.STRICT));
    Kernels kernels = KernelProvider.select("scalar").kernels();
    MemoryBudget budget = new MemoryBudget(1L << 30);
    Random random = new Random(7);
    try (NodeWorkers workers = workers(Steal.DISTANCE);
        VectorStore split = new VectorStore("t.split", 6, budget, kernels);
        VectorStore whole = new VectorStore("t.whole", 6, budget, kernels)) {
      split.placedIn(inTurn, workers);
      for (int row = 1; row <= 30_000; row++) {
        float[] vector = new float[6];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = random.nextInt(8); // many ties
        }
        split.put(row, vector, row);
        whole.put(row, vector, row);
      }
      split.remove(17, 30_001);
      whole.remove(17, 30_001);
      assertThat(split.placed()).hasSizeGreaterThan(3);
      for (Metric metric : Metric.values()) {
        for (int k : new int[] {0, 1, 10, 500}) {
          float[] query = {3, 1, 4, 1, 5, 2};
          SearchRequest request = SearchRequest.of(query, metric, k, 29_000 + k * 3L);
          Hits one = whole.search(request);
          Hits many = split.search(request);
          assertThat(many.rowids()).as(metric + " " + k).isEqualTo(one.rowids());
          assertThat(many.distances()).isEqualTo(one.distances());
          assertThat(many.scanned()).isEqualTo(one.scanned());
        }
      }
      assertThat(workers.pools()).isNotEmpty();
    }
    assertThat(kernel.mapped()).isZero();
    assertThat(budget.used()).isZero();
  }
}
