package dev.sextant.udf.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.AuditSink.Audit;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import dev.sextant.udf.Language;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import dev.sextant.udf.linux.Capabilities;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions in JavaScript, from the definition to the values. */
class WorkerRuntimeTest {
  private static final ConcurrentLinkedQueue<Audit> AUDIT = new ConcurrentLinkedQueue<>();

  /** Backtracks for longer than anybody waits, without using fuel. */
  static final String ENDLESS = "function f() { return /^(a+)+$/.test('a'.repeat(64) + 'b'); }";

  private static WorkerRuntime runtime;

  @BeforeAll
  static void start() {
    Hosts.requireSandbox();
    runtime = Hosts.runtime(AUDIT::add);
  }

  @AfterAll
  static void end() {
    if (runtime != null) {
      runtime.close();
    }
  }

  private static List<Object> run(FunctionDefinition function, Column... arguments) {
    try (Prepared prepared = runtime.prepare(function)) {
      return Hosts.call(prepared, function.result(), arguments);
    }
  }

  private static Failure failure(FunctionDefinition function, Column... arguments) {
    try {
      throw new AssertionError("It gave " + run(function, arguments));
    } catch (UdfException failure) {
      return failure.failure();
    }
  }

  @Test
  void valuesGoInAndComeBack() {
    long big = (1L << 53) + 1;
    String same = "function f(x) { return x; }";
    assertThat(
            run(
                Hosts.function(same, ValueType.INTEGER, ValueType.INTEGER),
                Hosts.column(
                    ValueType.INTEGER,
                    1L,
                    -1L,
                    1L << 40,
                    big,
                    Long.MIN_VALUE,
                    Long.MAX_VALUE,
                    new Object())))
        .containsExactly(1L, -1L, 1L << 40, big, Long.MIN_VALUE, Long.MAX_VALUE, "NULL");
    assertThat(
            run(
                Hosts.function(same, ValueType.REAL, ValueType.REAL),
                Hosts.column(
                    ValueType.REAL, 0.0, -1.5, Double.MAX_VALUE, Double.NaN, new Object())))
        .containsExactly(0.0, -1.5, Double.MAX_VALUE, Double.NaN, "NULL");
    assertThat(
            run(
                Hosts.function(same, ValueType.TEXT, ValueType.TEXT),
                Hosts.column(ValueType.TEXT, "", "a\u0000\u00e4\u20ac\ud83d\ude00", new Object())))
        .containsExactly("", "a\u0000\u00e4\u20ac\ud83d\ude00", "NULL");
    assertThat(
            run(
                Hosts.function(same, ValueType.BOOLEAN, ValueType.BOOLEAN),
                Hosts.column(ValueType.BOOLEAN, true, false, new Object())))
        .containsExactly(true, false, "NULL");
    assertThat(
            run(
                Hosts.function(same, ValueType.BLOB, ValueType.BLOB),
                Hosts.column(ValueType.BLOB, new byte[] {0, -1, 127}, new byte[0], new Object())))
        .containsExactly("00ff7f", "", "NULL");
    assertThat(
            run(
                Hosts.function(same, ValueType.VECTOR, ValueType.VECTOR),
                Hosts.column(ValueType.VECTOR, new byte[] {0, 0, -64, 63}, new Object())))
        .containsExactly("0000c03f", "NULL");
  }

  @Test
  void valuesAreWhatJavaScriptSays() {
    assertThat(
            run(
                Hosts.function(
                    "function f(i, b, x, v, n) {"
                        + " return [typeof i, typeof b, x[1], v[0], n].join(); }",
                    ValueType.TEXT,
                    ValueType.INTEGER,
                    ValueType.BOOLEAN,
                    ValueType.BLOB,
                    ValueType.VECTOR,
                    ValueType.REAL),
                Hosts.column(ValueType.INTEGER, Long.MAX_VALUE),
                Hosts.column(ValueType.BOOLEAN, true),
                Hosts.column(ValueType.BLOB, new byte[] {1, -1}),
                Hosts.column(ValueType.VECTOR, new byte[] {0, 0, -64, 63}),
                Hosts.column(ValueType.REAL, new Object())))
        .containsExactly("bigint,boolean,255,1.5,");
    assertThat(run(Hosts.function("function f() { return [1, 2.5]; }", ValueType.VECTOR)))
        .containsExactly("0000803f00002040");
    assertThat(run(Hosts.function("function f() { }", ValueType.VECTOR))).containsExactly("NULL");
    assertThat(run(Hosts.function("var f = () => 'arrow';", ValueType.TEXT)))
        .containsExactly("arrow");
    assertThat(
            run(
                new FunctionDefinition(
                    "Slug",
                    List.of(ValueType.TEXT),
                    ValueType.TEXT,
                    Language.JAVASCRIPT,
                    "function slug(t) { return t.toLowerCase().replace(/[^a-z0-9]+/g, '-'); }",
                    true,
                    false,
                    SandboxProfiles.UNTRUSTED),
                Hosts.column(ValueType.TEXT, "Hello, World")))
        .containsExactly("hello-world");
  }

  @Test
  void aVectorizedFunctionTakesABatch() {
    FunctionDefinition function =
        new FunctionDefinition(
            "f",
            List.of(ValueType.INTEGER),
            ValueType.INTEGER,
            Language.JAVASCRIPT,
            "function f(xs) { return xs.map(x => x * xs.length); }",
            true,
            true,
            SandboxProfiles.UNTRUSTED);
    assertThat(run(function, Hosts.column(ValueType.INTEGER, 1, 2, 3))).containsExactly(3L, 6L, 9L);
    FunctionDefinition wrong =
        new FunctionDefinition(
            "f",
            List.of(),
            ValueType.INTEGER,
            Language.JAVASCRIPT,
            "function f() { return [1, 2]; }",
            true,
            true,
            SandboxProfiles.UNTRUSTED);
    assertThat(failure(wrong)).isEqualTo(Failure.TRAP);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INTEGER | 1.5        | the number 1.5",
        "INTEGER | 2**60      | the number 1152921504606847000",
        "INTEGER | 2n**64n    | a BigInt",
        "INTEGER | \"7\"        | the string \"7\"",
        "INTEGER | true       | the boolean true",
        "REAL    | 1n         | a BigInt",
        "TEXT    | 1          | the number 1",
        "BOOLEAN | 1          | the number 1",
        "BLOB    | [1]        | an object of class Array",
        "VECTOR  | ['a']      | an object of class Array"
      })
  void aResultHasToBeOfItsType(ValueType type, String value, String said) {
    FunctionDefinition function = Hosts.function("function f() { return " + value + "; }", type);
    assertThatThrownBy(() -> run(function))
        .isInstanceOfSatisfying(
            UdfException.class, failure -> assertThat(failure.failure()).isEqualTo(Failure.TRAP))
        .hasMessageContaining("f(): the result is declared " + type)
        .hasMessageContaining("is " + said + ".");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "function f( {                   | line 1",
        "function g() { return 1; }      | declares no function f",
        "var f = 1;                      | declares no function f",
        "class f {}                      | line 1"
      })
  void whatIsNoFunctionIsRefusedAtOnce(String source, String said) {
    assertThatThrownBy(() -> runtime.prepare(Hosts.function(source, ValueType.INTEGER)))
        .isInstanceOfSatisfying(
            UdfException.class,
            failure -> assertThat(failure.failure()).isEqualTo(Failure.DEFINITION))
        .hasMessageContaining(said);
    FunctionDefinition wat =
        new FunctionDefinition(
            "f",
            List.of(),
            ValueType.INTEGER,
            Language.WAT,
            source,
            true,
            false,
            SandboxProfiles.UNTRUSTED);
    assertThatThrownBy(() -> runtime.prepare(wat)).hasMessageContaining("WAT");
  }

  @Test
  void whatAScriptThrowsIsToldOnOneLine() {
    String source =
        "function f() {\n throw new Error('a\\n\\u001b[31mred\\u202e ' + 'x'.repeat(9999)); }";
    assertThatThrownBy(() -> run(Hosts.function(source, ValueType.INTEGER)))
        .hasMessageContaining("Error: a  [31mred  xxx")
        .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(600));
  }

  @Test
  void aDeterministicFunctionHasNoClockAndNoDice() {
    String source = "function f() { return typeof Date + typeof Math.random + typeof Math.sin; }";
    FunctionDefinition function =
        new FunctionDefinition(
            "f",
            List.of(),
            ValueType.TEXT,
            Language.JAVASCRIPT,
            source,
            true,
            false,
            SandboxProfiles.UNTRUSTED);
    assertThat(run(function)).containsExactly("undefinedundefinedfunction");
    assertThat(run(Hosts.function(source, ValueType.TEXT)))
        .containsExactly("functionfunctionfunction");
  }

  @Test
  void anInstanceKeepsItsStateAndNobodyElseSeesIt() {
    FunctionDefinition counter =
        Hosts.function(
            """
            var calls = 0;
            function f() {
              var seen = ({}).stain || 0;
              Object.prototype.stain = 1;
              Array.prototype.map = null;
              return 10 * ++calls + seen;
            }""",
            ValueType.INTEGER);
    try (Prepared prepared = runtime.prepare(counter);
        Instance first = prepared.open();
        Instance second = prepared.open();
        Instance third = prepared.open()) {
      Column result = new Column(ValueType.INTEGER);
      first.call(List.of(), 2, result);
      assertThat(Hosts.values(result)).containsExactly(10L, 21L);
      second.call(List.of(), 1, result);
      assertThat(Hosts.values(result)).containsExactly(10L);
      third.call(List.of(), 1, result);
      assertThat(Hosts.values(result)).containsExactly(10L);
      first.call(List.of(), 1, result);
      assertThat(Hosts.values(result)).containsExactly(31L);
    }
    assertThat(runtime.workers().stream().filter(row -> row.profile().equals("untrusted")))
        .as("two and a spare")
        .hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void aWorkerThatIsKilledIsReplaced() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    try (Prepared prepared = runtime.prepare(Hosts.function(ENDLESS, ValueType.BOOLEAN));
        Instance instance = prepared.open()) {
      CompletableFuture<Void> call =
          CompletableFuture.runAsync(
              () -> {
                started.countDown();
                instance.call(List.of(), 1, new Column(ValueType.BOOLEAN));
              });
      started.await();
      runtime.workers().stream()
          .filter(worker -> worker.functions() > 0)
          .forEach(
              worker ->
                  ProcessHandle.of(worker.process()).ifPresent(ProcessHandle::destroyForcibly));
      assertThatThrownBy(call::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              UdfException.class,
              failure -> assertThat(failure.failure()).isEqualTo(Failure.WORKER))
          .hasMessageContaining("ended from outside");
    }
    assertAnswers();
  }

  @Test
  void anIdleWorkerThatEndsIsNotMissed() {
    assertAnswers();
    for (WorkerRuntime.Status worker : runtime.workers()) {
      if (worker.profile().equals("untrusted") && worker.busy().isPositive()) {
        ProcessHandle process = ProcessHandle.of(worker.process()).orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
      }
    }
    assertAnswers();
  }

  @Test
  void aCancelledStatementEndsItsWorker() throws Exception {
    try (Prepared prepared = runtime.prepare(Hosts.function(ENDLESS + "// 2", ValueType.BOOLEAN));
        Instance instance = prepared.open()) {
      CompletableFuture<Throwable> thrown = new CompletableFuture<>();
      Thread thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      instance.call(List.of(), 1, new Column(ValueType.BOOLEAN));
                    } catch (UdfException failure) {
                      thrown.complete(failure);
                    }
                  });
      thread.interrupt();
      assertThat(thrown.get())
          .isInstanceOfSatisfying(
              UdfException.class,
              failure -> assertThat(failure.failure()).isEqualTo(Failure.CANCELLED));
      thread.join();
    }
    assertAnswers();
  }

  @Test
  void aFunctionThatCostsWorkersGoesIntoQuarantine() {
    SandboxProfile quick =
        SandboxProfiles.extend("quick", SandboxProfiles.UNTRUSTED, Map.of("WALL_TIME", "100ms"));
    FunctionDefinition function = Hosts.function(quick, ENDLESS, ValueType.BOOLEAN);
    for (int turn = 0; turn < Quarantine.KILLS; turn++) {
      assertThat(failure(function)).isEqualTo(Failure.TIME);
    }
    assertThat(failure(function)).isEqualTo(Failure.QUARANTINED);
    assertThat(AUDIT).anyMatch(row -> row.event() == AuditSink.Event.QUARANTINE);
    assertThat(AUDIT)
        .anyMatch(row -> row.event() == AuditSink.Event.KILL && row.function().equals("f()"));
    assertThat(runtime.release("g")).isFalse();
    assertThat(runtime.release("f")).isTrue();
    assertThat(failure(function)).isEqualTo(Failure.TIME);
  }

  static void assertAnswers() {
    FunctionDefinition known =
        Hosts.function("function f(x) { return x + 1; }", ValueType.INTEGER, ValueType.INTEGER);
    assertThat(run(known, Hosts.column(ValueType.INTEGER, 41))).containsExactly(42L);
  }

  @Test
  void fuelIsTheSameEachTime() {
    SandboxProfile tight =
        SandboxProfiles.extend("tight", SandboxProfiles.UNTRUSTED, Map.of("FUEL", "100000"));
    String loop = "function f(n) { var s = 0; for (var i = 0; i < n; i++) { s += i; } return s; }";
    FunctionDefinition function = Hosts.function(tight, loop, ValueType.INTEGER, ValueType.INTEGER);
    int enough = 1;
    int tooMuch = 100_000;
    while (tooMuch - enough > 1) {
      int middle = (enough + tooMuch) / 2;
      boolean runs;
      try {
        run(function, Hosts.column(ValueType.INTEGER, middle));
        runs = true;
      } catch (UdfException empty) {
        assertThat(empty.failure()).isEqualTo(Failure.FUEL);
        runs = false;
      }
      enough = runs ? middle : enough;
      tooMuch = runs ? tooMuch : middle;
    }
    int last = enough;
    for (int turn = 0; turn < 3; turn++) {
      run(function, Hosts.column(ValueType.INTEGER, last));
      assertThat(failure(function, Hosts.column(ValueType.INTEGER, last + 1)))
          .isEqualTo(Failure.FUEL);
    }
  }

  @Test
  void aProfileThatRequiresNothingRunsWithWhatThereIs() {
    Capabilities bare =
        new Capabilities(
            List.of(
                new Capabilities.Capability("linux", true, "Linux"),
                new Capabilities.Capability("spawn", true, "posix_spawn"),
                new Capabilities.Capability("seccomp", false, "ENOSYS"),
                new Capabilities.Capability("landlock", false, "ENOSYS")));
    SandboxProfile trusting =
        new SandboxProfile("trusting", SandboxProfiles.UNTRUSTED.limits(), Set.of());
    FunctionDefinition function =
        Hosts.function(trusting, "function f() { return 7; }", ValueType.INTEGER);
    WorkerConfig config =
        new WorkerConfig(
            true, runtime.config().java(), runtime.config().clock(), AUDIT::add, false, true);
    try (FunctionRuntime own = new WorkerRuntime(config, bare);
        Prepared prepared = own.prepare(function)) {
      assertThat(Hosts.call(prepared, ValueType.INTEGER)).containsExactly(7L);
    }
  }

  @Test
  void withoutLeaveOrLayersNothingStarts() {
    FunctionDefinition function = Hosts.function("function f() {}", ValueType.INTEGER);
    ConcurrentLinkedQueue<Audit> told = new ConcurrentLinkedQueue<>();
    try (FunctionRuntime refused =
        new WorkerRuntime(WorkerConfig.refused(InstantSource.system(), told::add))) {
      assertThatThrownBy(() -> refused.prepare(function))
          .isInstanceOfSatisfying(
              UdfException.class, failure -> assertThat(failure.failure()).isEqualTo(Failure.HOST))
          .hasMessageContaining("sandbox.processes=on");
    }
    Capabilities poor =
        new Capabilities(
            List.of(
                new Capabilities.Capability("linux", true, "Linux"),
                new Capabilities.Capability("spawn", true, "posix_spawn"),
                new Capabilities.Capability("seccomp", true, "filters"),
                new Capabilities.Capability("landlock", false, "ENOSYS")));
    WorkerConfig config = WorkerConfig.allowed(InstantSource.system(), told::add);
    try (FunctionRuntime refused = new WorkerRuntime(config, poor)) {
      assertThatThrownBy(() -> refused.prepare(function))
          .isInstanceOfSatisfying(
              UdfException.class, failure -> assertThat(failure.failure()).isEqualTo(Failure.HOST))
          .hasMessageContaining("lacks: landlock (ENOSYS)");
    }
    WorkerConfig lost =
        new WorkerConfig(
            true, Path.of("/no/such/bin/java"), config.clock(), told::add, false, false);
    try (FunctionRuntime refused = new WorkerRuntime(lost)) {
      assertThatThrownBy(() -> refused.prepare(function))
          .isInstanceOfSatisfying(
              UdfException.class, failure -> assertThat(failure.failure()).isEqualTo(Failure.HOST))
          .hasMessageContaining("/no/such/bin/java");
    }
    assertThat(told).hasSize(3).allMatch(row -> row.event() == AuditSink.Event.REFUSAL);
  }
}
