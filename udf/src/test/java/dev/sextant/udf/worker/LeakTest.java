package dev.sextant.udf.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing is left of a thousand calls, some of which cost their worker. */
class LeakTest {
  private static final int CALLS = 1000;
  private static final int CALLS_OF_ONE = 8;

  @BeforeEach
  void sandbox() {
    Hosts.requireSandbox();
  }

  @Test
  void nothingIsLeftOfAThousandCalls() throws IOException {
    use(3);
    Set<String> threads = threads();
    long descriptors = descriptors();
    Set<Long> children = children();

    use(CALLS);

    assertThat(children()).isEqualTo(children);
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(threads()).isSubsetOf(threads);
    try (var folders = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(folders.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("sextant-worker"));
    }
  }

  private static void use(int calls) {
    try (WorkerRuntime runtime = Hosts.runtime(AuditSink.NONE);
        Prepared increment =
            runtime.prepare(
                Hosts.function(
                    "function f(x) { return x + 1; }", ValueType.INTEGER, ValueType.INTEGER));
        Prepared bomb =
            runtime.prepare(
                Hosts.function(
                    "function f(n) { return String(new Float64Array(n).length); }",
                    ValueType.TEXT,
                    ValueType.INTEGER))) {
      Column argument = Hosts.column(ValueType.INTEGER, 1);
      Column result = new Column(ValueType.INTEGER);
      for (int turn = 0; turn < calls; turn++) {
        if (turn % 400 == 1) {
          explode(bomb);
        } else if (turn % CALLS_OF_ONE == 0) {
          try (Instance instance = increment.open()) {
            for (int call = 0; call < CALLS_OF_ONE; call++) {
              instance.call(List.of(argument), 1, result);
              assertThat(result.getLong(0)).isEqualTo(2);
            }
          }
        }
      }
    }
  }

  private static void explode(Prepared bomb) {
    try (Instance instance = bomb.open()) {
      instance.call(
          List.of(Hosts.column(ValueType.INTEGER, 50_000_000)), 1, new Column(ValueType.TEXT));
      throw new AssertionError("It had the memory.");
    } catch (UdfException failure) {
      assertThat(failure.failure()).isEqualTo(Failure.MEMORY);
    }
  }

  private static long descriptors() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  private static Set<Long> children() {
    return ProcessHandle.current()
        .children()
        .map(ProcessHandle::pid)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
