package dev.sextant.udf.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import dev.sextant.udf.linux.Descriptor;
import dev.sextant.udf.linux.Kernel;
import dev.sextant.udf.linux.Peer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A worker that says anything at all. */
class FrameFuzzTest {
  private static final int FRAMES = 10_000;
  private static final long SEED = Long.getLong("seed", 20261122L);

  /** Pipes without a process, with all that a worker will ever say in one of them. */
  private static final class Scripted implements Peer {
    private final Descriptor[] toWorker;
    private final Descriptor[] fromWorker;

    Scripted(Kernel kernel, byte[] script) {
      toWorker = Descriptor.pipe(kernel);
      fromWorker = Descriptor.pipe(kernel);
      toWorker[1].stopWaiting();
      fromWorker[0].stopWaiting();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = arena.allocate(script.length + 1L);
        MemorySegment.copy(script, 0, bytes, ValueLayout.JAVA_BYTE, 0, script.length);
        assertThat(fromWorker[1].write(bytes.asSlice(0, script.length))).isEqualTo(script.length);
      }
      fromWorker[1].close();
    }

    @Override
    public int number() {
      return 0;
    }

    @Override
    public Descriptor input() {
      return toWorker[1];
    }

    @Override
    public Descriptor output() {
      return fromWorker[0];
    }

    @Override
    public void kill() {
      fromWorker[1].close();
    }

    @Override
    public int await() {
      return 1;
    }

    @Override
    public void close() {
      toWorker[0].close();
      toWorker[1].close();
      fromWorker[0].close();
    }
  }

  @Test
  void onlyHonestFramesAreTaken() {
    Optional<Kernel> kernel = Kernel.find();
    Assumptions.assumeTrue(kernel.isPresent(), "Pipes are Linux's.");
    Random random = new Random(SEED);
    Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
    int taken = 0;
    for (int turn = 0; turn < FRAMES; turn++) {
      ValueType type = List.of(ValueType.values()).get(random.nextInt(6));
      int rows = 1 + random.nextInt(20);
      byte[] frame = mutated(random, reply(random, type, rows));
      try {
        Column result = call(kernel.get(), type, rows, frame);
        taken++;
        assertThat(result.size()).isEqualTo(rows);
        Hosts.values(result);
      } catch (UdfException failure) {
        failures.merge(failure.failure(), 1, Integer::sum);
      }
    }
    assertThat(taken + failures.values().stream().mapToInt(Integer::intValue).sum())
        .as("seed %d: %d taken, %s", SEED, taken, failures)
        .isEqualTo(FRAMES);
    assertThat(failures.get(Failure.WORKER)).isGreaterThan(FRAMES / 3);
    assertThat(taken).as("frames whose change does not matter").isGreaterThan(FRAMES / 50);
  }

  private static Column call(Kernel kernel, ValueType type, int rows, byte[] frame) {
    FrameOutput opened = new FrameOutput().start(Frame.READY, 0);
    opened.putInt(-1).end();
    byte[] ready = Arrays.copyOf(opened.bytes(), opened.size());
    opened.start(Frame.DONE, 1).putLong(0).end();
    byte[] done = Arrays.copyOf(opened.bytes(), opened.size());
    byte[] script = Arrays.copyOf(ready, ready.length + done.length + frame.length);
    System.arraycopy(done, 0, script, ready.length, done.length);
    System.arraycopy(frame, 0, script, ready.length + done.length, frame.length);

    WorkerConfig config = WorkerConfig.refused(InstantSource.system(), AuditSink.NONE);
    FunctionDefinition function = Hosts.function("function f() {}", type);
    try (Scripted peer = new Scripted(kernel, script);
        WorkerPool pool =
            new WorkerPool(
                SandboxProfiles.UNTRUSTED,
                () ->
                    new Worker(config, SandboxProfiles.UNTRUSTED, peer, start -> start.putByte(0)),
                false);
        Instance instance =
            new WorkerFunction(function, pool, new Quarantine(AuditSink.NONE), config).open()) {
      Column result = new Column(type);
      instance.call(List.of(), rows, result);
      return result;
    }
  }

  private static byte[] reply(Random random, ValueType type, int rows) {
    FrameOutput out = new FrameOutput();
    if (random.nextInt(8) == 0) {
      out.start(Frame.FAILED, 2).putByte(random.nextInt(12)).putLong(1).putText("it failed \u00e4");
    } else {
      Column column = new Column(type);
      for (int row = 0; row < rows; row++) {
        switch (random.nextInt(6) == 0 ? null : type) {
          case null -> column.addNull();
          case INTEGER -> column.addLong(random.nextLong());
          case BOOLEAN -> column.addLong(random.nextInt(2));
          case REAL -> column.addDouble(random.nextGaussian());
          case TEXT -> column.addText("t\u00e4\u20ac" + random.nextInt(100));
          case BLOB, VECTOR -> column.addBytes(new byte[8], 0, 4 * random.nextInt(3));
        }
      }
      out.start(Frame.RESULT, 2).putLong(1).putColumn(column, rows);
    }
    out.end();
    return Arrays.copyOf(out.bytes(), out.size());
  }

  private static byte[] mutated(Random random, byte[] frame) {
    byte[] changed = frame.clone();
    for (int change = random.nextInt(4); change >= 0; change--) {
      int at = random.nextInt(Math.max(1, changed.length));
      switch (random.nextInt(6)) {
        case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> changed[at] = (byte) random.nextInt(256);
        case 2 -> changed = Arrays.copyOf(changed, 1 + at);
        case 3 -> changed = Arrays.copyOf(changed, changed.length + 1 + random.nextInt(9));
        case 4 -> Arrays.fill(changed, at, Math.min(changed.length, at + 4), (byte) -1);
        default -> changed[random.nextInt(Math.min(24, changed.length))]++;
      }
    }
    return changed;
  }
}
