package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.topology.Topology;
import dev.sextant.storage.vector.KernelProvider;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorStore;
import dev.sextant.storage.vector.hnsw.RabitqSketcher;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data in placed pieces: odd sizes leave nothing mapped, failures leave nothing behind. */
class SpaceTest {
  private static final long PAGE = 4096;

  @TempDir Path folder;
  private final FakeKernel kernel = new FakeKernel();

  private Placer placer(long pages) {
    Topology machine = Machine.expand("supermicro-cgroup1-free", folder).read();
    machine.nodes().forEach(node -> kernel.node(node.id(), node.cpus(), pages));
    return new Placer(machine, kernel);
  }

  /** A size that is no multiple of a large page, or of a page, was once never unmapped. */
  @Test
  void regionsOfAnySizeAreUnmappedWhole() {
    Placer placer = placer(5_000);
    for (long bytes : List.of(1L, PAGE - 1, PAGE, PAGE + 1, 3L << 20, (3L << 20) + 17)) {
      try (PlacedRegion region =
          placer.allocate(bytes, new Placement.Bind(1), Enforcement.STRICT)) {
        assertThat(region.bytes()).isEqualTo(bytes);
        assertThat(region.pagesByNode()).isEqualTo(Map.of(1, (bytes + PAGE - 1) / PAGE));
      }
      assertThat(kernel.mapped()).as("left of " + bytes).isZero();
      assertThat(kernel.free(1)).isEqualTo(5_000);
    }
  }

  @Test
  void aStoreThatGetsNoPieceIsAsBefore() {
    Placer placer = placer(70);
    MemoryBudget budget = new MemoryBudget(1L << 30);
    Space bound =
        (bytes, number) ->
            Optional.of(placer.allocate(bytes, new Placement.Bind(2), Enforcement.STRICT));
    try (NodeWorkers none = new NodeWorkers(NumaMachine.host(), () -> NodeWorkers.Steal.NONE);
        VectorStore store =
            new VectorStore("t.v", 8, budget, KernelProvider.select("scalar").kernels())) {
      store.placedIn(bound, none);
      float[] vector = new float[8];
      for (int row = 1; row <= 8_192; row++) {
        store.put(row, vector, 1);
      }
      assertThatThrownBy(() -> store.put(8_193, vector, 1)).hasMessageContaining("strict");
      long used = budget.used(); // The way from ids to slots has grown, and stays.
      assertThatThrownBy(() -> store.put(8_193, vector, 1)).hasMessageContaining("strict");
      assertThat(store.rows()).isEqualTo(8_192);
      assertThat(budget.used()).isEqualTo(used);
      assertThat(store.placed()).hasSize(1);
      assertThat(PageSurvey.evidence(store.placed()))
          .isEqualTo(new Evidence.Verified(64, "pages: 64 pages on node 2"));
    }
    assertThat(kernel.mapped()).isZero();
    assertThat(budget.used()).isZero();
  }

  /** The rows of a chunk are placed before its sketches: where these are refused, both go. */
  @Test
  void aChunkOfWhichOnlyHalfCanBePlacedLeavesNothingBehind() {
    Placer placer = placer(5_000);
    MemoryBudget budget = new MemoryBudget(1L << 30);
    Kernels kernels = KernelProvider.select("scalar").kernels();
    Space bound =
        (bytes, number) ->
            Optional.of(
                placer.allocate(
                    bytes, new Placement.Bind(bytes < 1 << 20 ? 99 : 2), Enforcement.STRICT));
    try (NodeWorkers none = new NodeWorkers(NumaMachine.host(), () -> NodeWorkers.Steal.NONE);
        VectorStore store =
            new VectorStore(
                "t.v", new RabitqSketcher(Metric.COSINE, 384, kernels), budget, kernels)) {
      store.placedIn(bound, none);
      long used = budget.used();
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> store.put(1, new float[384], 1)).hasMessageContaining("node 99");
        assertThat(kernel.mapped()).isZero();
        assertThat(budget.used()).isEqualTo(used);
      }
      assertThat(store.placed()).isEmpty();
    }
    assertThat(budget.used()).isZero();
  }

  @Test
  void whatBecameOfManyRegionsIsTheWorstThatBecameOfOne() {
    Placer placer = placer(100);
    try (PlacedRegion whole = soft(placer, 40);
        PlacedRegion spilled = soft(placer, 80)) {
      assertThat(PageSurvey.evidence(List.of(whole)).holds()).isTrue();
      assertThat(PageSurvey.evidence(List.of(whole, spilled)))
          .isInstanceOfSatisfying(
              Evidence.BestEffort.class, some -> assertThat(some.elsewhere()).isEqualTo(20));
      kernel.refuse("mbind", Errno.EPERM);
      try (PlacedRegion refused = soft(placer, 1)) {
        assertThat(PageSurvey.evidence(List.of(whole, spilled, refused)))
            .isEqualTo(new Evidence.None(Errno.EPERM, "mbind gave EPERM"));
      }
    }
    assertThat(PageSurvey.evidence(List.of())).isInstanceOf(Evidence.Applied.class);
  }

  private static PlacedRegion soft(Placer placer, int pages) {
    return placer.allocate(pages * PAGE, new Placement.Bind(2), Enforcement.SOFT);
  }
}
