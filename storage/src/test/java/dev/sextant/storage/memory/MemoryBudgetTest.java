package dev.sextant.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  @Test
  void refusesMoreThanIsLeftAndSaysWhatToDo() {
    MemoryBudget budget = new MemoryBudget(1000);
    budget.reserve(900, "Index");
    assertThatThrownBy(() -> budget.reserve(101, "Vector column \"a.b\""))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "Vector column \"a.b\" needs 101 bytes of memory but only 100 of 1000 are left (900 are"
                + " used). Raise memory_limit, or drop data that is not needed.")
        .extracting(e -> ((StorageException) e).kind())
        .isEqualTo(StorageException.Kind.RESOURCES);
    budget.reserve(100, "Cache");
    budget.release(1000);
    assertThat(budget.used()).isZero();
    assertThat(budget.limit()).isEqualTo(1000);
  }

  @Test
  void hugeRequestsDoNotWrapAround() {
    MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
    budget.reserve(Long.MAX_VALUE - 1, "Index");
    assertThatThrownBy(() -> budget.reserve(Long.MAX_VALUE, "Index"))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> new MemoryBudget(0)).isInstanceOf(StorageException.class);
  }

  @Test
  void releasingMoreThanReservedIsADefect() {
    MemoryBudget budget = new MemoryBudget(10);
    assertThatThrownBy(() -> budget.release(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void neverExceedsTheLimitUnderContention() throws InterruptedException {
    MemoryBudget budget = new MemoryBudget(50);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(Thread.ofPlatform().start(() -> churn(budget)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(budget.used()).isZero();
  }

  private static void churn(MemoryBudget budget) {
    for (int i = 0; i < 20_000; i++) {
      try {
        budget.reserve(20, "Test");
      } catch (StorageException full) {
        continue; // What a full budget does.
      }
      assertThat(budget.used()).isBetween(20L, 50L);
      budget.release(20);
    }
  }
}
