package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.Slab;
import dev.sextant.storage.cache.SlabMemory;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.topology.Topology;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cache's slab in placed memory: it comes in extents, all drawn from the budget, and what a node
 * has no room for is refused without an end of the process or of the cache.
 */
class SlabPlacementTest {
  private static final int DIMENSIONS = 384;
  private static final CacheValue VALUE = new CacheValue(0, 5, false, 7, 8, 9);

  @TempDir Path folder;
  private final FakeKernel kernel = new FakeKernel();
  private final MemoryBudget budget = new MemoryBudget(1L << 30);

  private Space bound(long pages, Enforcement how) {
    Topology machine = Machine.expand("supermicro-cgroup1-free", folder).read();
    machine.nodes().forEach(node -> kernel.node(node.id(), node.cpus(), pages));
    Placer placer = new Placer(machine, kernel);
    return (bytes, number) -> Optional.of(placer.allocate(bytes, new Placement.Bind(2), how));
  }

  /** Fills a slab; gives how many vectors it took. */
  private static int fill(Slab slab, int most) {
    for (int i = 0; i < most; i++) {
      int entry = slab.newEntry();
      float[] vector = new float[DIMENSIONS];
      vector[i % DIMENSIONS] = i;
      if (entry == Slab.NONE || !slab.store(entry, new CacheKey(i, 1, 1, 1), vector, VALUE)) {
        return i;
      }
    }
    return most;
  }

  private static void assertHolds(Slab slab, int count) {
    float[] target = new float[DIMENSIONS];
    for (int i = 0; i < count; i++) {
      assertThat(slab.read(slab.find(new CacheKey(i, 1, 1, 1)), target)).isTrue();
      assertThat(target[i % DIMENSIONS]).isEqualTo(i);
    }
  }

  @Test
  void growsInExtentsOnItsNodeAndGivesAllBack() {
    Space space = bound(20_000, Enforcement.STRICT);
    try (SlabMemory memory = new SlabMemory(20 << 20, budget, space)) {
      Slab slab = new Slab(memory, 20 << 20);
      assertThat(memory.placed()).hasSize(1);
      assertThat(memory.drawnBytes()).isEqualTo(8 << 20).isEqualTo(budget.used());
      int held = fill(slab, 20_000);
      assertThat(held).isGreaterThan(11_000);
      assertHolds(slab, held);
      assertThat(memory.usedBytes()).isBetween(19L << 20, 20L << 20);
      assertThat(memory.placed()).hasSize(3);
      assertThat(memory.drawnBytes()).isEqualTo(budget.used()).isLessThan(21 << 20);
      assertThat(memory.pagesByNode(kernel)).isEqualTo(Map.of(2, memory.drawnBytes() / 4096));
      assertThat(PageSurvey.evidence(memory.placed()).holds()).isTrue();
      assertThat(kernel.calls()).contains("madvise large");
      assertThat(memory.refusal()).isEmpty();
    }
    assertThat(kernel.mapped()).isZero();
    assertThat(budget.used()).isZero();
  }

  @Test
  void aFullNodeEndsItsGrowthAndIsNotTriedAgain() {
    Space space = bound(3_000, Enforcement.STRICT);
    try (SlabMemory memory = new SlabMemory(20 << 20, budget, space)) {
      Slab slab = new Slab(memory, 20 << 20);
      int held = fill(slab, 20_000);
      assertThat(held).isBetween(4_000, 5_500);
      assertThat(memory.refusal().orElseThrow()).hasMessageContaining("strict");
      assertHolds(slab, held);
      int calls = kernel.calls().size();
      assertThat(slab.newEntry()).isNotEqualTo(Slab.NONE);
      assertThat(fill(slab, 10)).isZero();
      assertThat(kernel.calls()).hasSize(calls);
      assertThat(memory.drawnBytes()).isEqualTo(8 << 20).isEqualTo(budget.used());
    }
    assertThat(kernel.mapped()).isZero();
    assertThat(budget.used()).isZero();
  }

  @Test
  void theFirstRefusalIsTold() {
    Space space = bound(1_000, Enforcement.STRICT);
    try (SlabMemory memory = new SlabMemory(20 << 20, budget, space)) {
      assertThatThrownBy(() -> new Slab(memory, 20 << 20))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("strict");
      assertThat(budget.used()).isZero();
      assertThat(memory.usedBytes()).isZero();
    }
    assertThat(kernel.mapped()).isZero();
  }

  @Test
  void aBudgetWithoutRoomForAnExtentGivesWhatAPieceTakes() {
    MemoryBudget small = new MemoryBudget(3 << 20);
    Space space = bound(20_000, Enforcement.SOFT);
    try (SlabMemory memory = new SlabMemory(20 << 20, small, space)) {
      Slab slab = new Slab(memory, 20 << 20);
      int held = fill(slab, 20_000);
      assertThat(held).isGreaterThan(1_000);
      assertHolds(slab, held);
      assertThat(small.used()).isEqualTo(memory.drawnBytes()).isGreaterThan(5 << 19);
    }
    assertThat(small.used()).isZero();
  }

  @Test
  void whatIsRefusedSoftlyIsAsGood() {
    kernel.refuse("mbind", Errno.EPERM).refuse("madvise large", Errno.EINVAL);
    Space space = bound(20_000, Enforcement.SOFT);
    try (SlabMemory memory = new SlabMemory(4 << 20, budget, space)) {
      Slab slab = new Slab(memory, 4 << 20);
      assertHolds(slab, fill(slab, 1_000));
      assertThat(PageSurvey.evidence(memory.placed()))
          .isEqualTo(new Evidence.None(Errno.EPERM, "mbind gave EPERM"));
    }
    assertThat(kernel.mapped()).isZero();
  }

  @Test
  void aSpaceThatGivesNothingLeavesTheMemoryAsItIs() {
    Space none = (bytes, number) -> Optional.empty();
    try (SlabMemory memory = new SlabMemory(4 << 20, budget, none)) {
      Slab slab = new Slab(memory, 4 << 20);
      assertHolds(slab, fill(slab, 1_000));
      assertThat(memory.placed()).isEmpty();
      assertThat(memory.drawnBytes()).isEqualTo(memory.usedBytes()).isEqualTo(budget.used());
    }
    assertThat(budget.used()).isZero();
  }
}
