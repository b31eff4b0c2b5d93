package dev.sextant.engine.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HitAllocationTest {
  private static final int KEYS = 2000;
  private static final int ROUNDS = 500;

  @ParameterizedTest
  @EnumSource
  void aHitAllocatesNothing(PolicyKind kind) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    CacheSimulation cache = new CacheSimulation(kind, KEYS);
    requests(cache, 3);
    long before = threads.getCurrentThreadAllocatedBytes();
    requests(cache, ROUNDS);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(cache.hits()).isEqualTo((ROUNDS + 2L) * KEYS);
    // The call that asks allocates a little itself.
    assertThat(bytes).isLessThan(KEYS);
  }

  private static void requests(CacheSimulation cache, int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (int key = 0; key < KEYS; key++) {
        cache.request(key);
      }
    }
  }
}
