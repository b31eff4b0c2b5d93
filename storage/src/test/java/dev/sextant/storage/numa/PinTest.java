package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.NoKernel;
import dev.sextant.storage.numa.topology.IdSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class PinTest {
  private static final IdSet ALL = IdSet.range(0, 7);

  private static FakeKernel kernel() {
    return new FakeKernel()
        .node(0, IdSet.range(0, 3), 10)
        .node(1, IdSet.range(4, 7), 10)
        .node(2, IdSet.EMPTY, 10);
  }

  @Test
  void staysUntilItIsClosed() {
    FakeKernel kernel = kernel();
    try (Pin pin = Pin.current(kernel, IdSet.of(5, 6), Enforcement.STRICT)) {
      assertThat(pin.evidence()).isEqualTo(new Evidence.Verified(2, "CPUs: 5-6"));
      assertThat(kernel.affinity(0).cpus()).isEqualTo(IdSet.of(5, 6));
      assertThat(kernel.location().node()).isEqualTo(1);
    }
    assertThat(kernel.affinity(0).cpus()).isEqualTo(ALL);
  }

  @Test
  void whatTheKernelLeavesOutIsSaid() {
    FakeKernel kernel = kernel();
    try (Pin pin = Pin.current(kernel, IdSet.of(0, 900), Enforcement.SOFT)) {
      assertThat(pin.evidence()).isEqualTo(new Evidence.BestEffort(1, "narrowed from 0,900 to 0"));
    }
    assertThatThrownBy(() -> Pin.current(kernel, IdSet.of(0, 900), Enforcement.STRICT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("narrowed from 0,900 to 0");
    assertThat(kernel.affinity(0).cpus()).isEqualTo(ALL);
  }

  @Test
  void refusalsAreSaid() {
    for (String call : new String[] {"sched_setaffinity", "sched_getaffinity"}) {
      FakeKernel kernel = kernel().refuse(call, Errno.EPERM);
      try (Pin pin = Pin.current(kernel, IdSet.of(1), Enforcement.SOFT)) {
        assertThat(pin.evidence()).isEqualTo(new Evidence.None(Errno.EPERM, call + " gave EPERM"));
      }
      assertThatThrownBy(() -> Pin.current(kernel, IdSet.of(1), Enforcement.STRICT))
          .hasMessageContaining("EPERM");
    }
    FakeKernel blind = kernel().refuse("getcpu", Errno.EPERM);
    try (Pin pin = Pin.current(blind, IdSet.of(1), Enforcement.SOFT)) {
      assertThat(pin.evidence()).isEqualTo(new Evidence.Applied("getcpu gave EPERM"));
    }
  }

  @Test
  void aNodeWithoutCpusIsNoPlaceToRun() {
    assertThatThrownBy(() -> Pin.current(kernel(), IdSet.EMPTY, Enforcement.SOFT))
        .hasMessageContaining("expects CPUs but got none");
  }

  @Test
  void aVirtualThreadIsNotPinned() throws Exception {
    FakeKernel kernel = kernel();
    FutureTask<Pin> task =
        new FutureTask<>(() -> Pin.current(kernel, IdSet.of(0), Enforcement.SOFT));
    Thread.ofVirtual().start(task).join();
    assertThatThrownBy(task::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("virtual thread");
    assertThat(kernel.calls()).isEmpty();
  }

  @Test
  void anotherThreadCannotLetItGo() throws Exception {
    FakeKernel kernel = kernel();
    try (Pin pin = Pin.current(kernel, IdSet.of(2), Enforcement.STRICT)) {
      Runnable letGo = pin::close;
      FutureTask<Boolean> task = new FutureTask<>(letGo, true);
      Thread.ofPlatform().start(task).join();
      assertThatThrownBy(task::get).hasMessageContaining("by itself");
      assertThat(kernel.affinity(0).cpus()).isEqualTo(IdSet.of(2));
    }
    assertThat(kernel.affinity(0).cpus()).isEqualTo(ALL);
  }

  @Test
  void withoutAKernelNothingIsPinnedAndItIsSaid() {
    Kernel none = new NoKernel("the system is another");
    try (Pin pin = Pin.current(none, IdSet.of(0), Enforcement.SOFT)) {
      assertThat(pin.evidence())
          .isEqualTo(new Evidence.None(Errno.ENOSYS, "sched_getaffinity gave ENOSYS"));
    }
  }
}
