package dev.sextant.udf.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.AuditSink.Audit;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Prepared;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scripts that want out, or more than they may have. After each, a known call is answered. */
class ScriptEscapeTest {
  private static final ConcurrentLinkedQueue<Audit> AUDIT = new ConcurrentLinkedQueue<>();
  private static final SandboxProfile QUICK =
      SandboxProfiles.extend(
          "quick",
          SandboxProfiles.UNTRUSTED,
          Map.of("WALL_TIME", "400ms", "FUEL", "2000000", "MEMORY", "48MB"));

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

  /**
   * A script and what may become of it.
   *
   * @param value what it may return; empty for nothing
   */
  record Attempt(String name, String body, Set<Failure> failures, String value) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Attempt harmless(String name, String body, String value) {
    return new Attempt(name, body, Set.of(), value);
  }

  private static Attempt fails(String name, String body, Failure first, Failure... others) {
    return new Attempt(name, body, EnumSet.of(first, others), "");
  }

  static List<Attempt> attempts() {
    return List.of(
        harmless(
            "constructor of constructor",
            "return ''.constructor.constructor('return typeof java + typeof Packages')()",
            "undefinedundefined"),
        harmless("eval", "return eval('typeof java + typeof getClass')", "undefinedundefined"),
        harmless("global", "return String(globalThis.java) + this.Packages", "undefinedundefined"),
        harmless(
            "getClass of values",
            "return typeof 'x'.getClass + typeof (1).getClass",
            "undefinedundefined"),
        harmless("continuation", "return typeof Continuation + typeof With", "undefinedundefined"),
        fails("java", "return java.lang.System.getProperty('user.dir')", Failure.TRAP),
        fails("Packages", "return Packages.java.io.File('/etc/passwd')", Failure.TRAP),
        fails("getClass", "return getClass().forName('java.lang.Runtime')", Failure.TRAP),
        fails("JavaImporter", "return new JavaImporter(java.io)", Failure.TRAP),
        fails("endless loop", "while (true) {}", Failure.FUEL),
        fails(
            "caught quota",
            "while (true) { try { while (true) {} } catch (e) {} finally { continue } }",
            Failure.FUEL,
            Failure.TIME),
        fails("dropped quota", "try { while (true) {} } finally { return 'out' }", Failure.FUEL),
        fails(
            "quota in toString", "throw {toString: function () { while (true) {} }}", Failure.FUEL),
        fails("quota in a comparator", "[3, 2, 1].sort(() => { while (true) {} })", Failure.FUEL),
        fails(
            "endless promises",
            "function p() { Promise.resolve(1).then(p) } p(); while (true) {}",
            Failure.FUEL),
        fails(
            "array to fill",
            "return String(new Array(1e8).fill(0).length)",
            Failure.MEMORY,
            Failure.TIME,
            Failure.FUEL,
            Failure.TRAP),
        fails(
            "deep JSON",
            "var a = []; for (var i = 0; i < 1e5; i++) { a = [a] } return JSON.stringify(a)",
            Failure.FUEL,
            Failure.STACK,
            Failure.MEMORY,
            Failure.TIME,
            Failure.TRAP),
        fails(
            "regular expression",
            "return String(/^(a+)+$/.test('a'.repeat(64) + 'b'))",
            Failure.FUEL,
            Failure.TIME),
        fails(
            "string that doubles",
            "var s = 'x'; while (true) { s += s } return s[0]",
            Failure.MEMORY,
            Failure.TRAP,
            Failure.FUEL,
            Failure.TIME),
        fails(
            "strings that stay",
            "var a = []; while (true) { a.push('x'.repeat(1e6) + a.length) }",
            Failure.MEMORY,
            Failure.TIME),
        fails(
            "typed array",
            "return String(new Float64Array(5e7).length)",
            Failure.MEMORY,
            Failure.TRAP),
        fails("huge output", "return 'x'.repeat(2000000)", Failure.OUTPUT),
        fails("recursion", "return f() + 1", Failure.STACK),
        fails("recursion by a getter", "return {get x() { return this.x }}.x", Failure.STACK),
        fails(
            "recursion caught for ever",
            "function g() { try { g() } finally { g() } } g()",
            Failure.STACK,
            Failure.FUEL,
            Failure.TIME));
  }

  @ParameterizedTest
  @MethodSource("attempts")
  void anAttemptFailsOrFindsNothing(Attempt attempt) {
    FunctionDefinition function =
        Hosts.function(QUICK, "function f() { " + attempt.body() + " }", ValueType.TEXT);
    try (Prepared prepared = runtime.prepare(function)) {
      List<Object> values = Hosts.call(prepared, ValueType.TEXT);
      assertThat(attempt.failures()).as("it gave %s", values).isEmpty();
      assertThat(values).containsExactly(attempt.value());
    } catch (UdfException failure) {
      assertThat(attempt.failures()).as(failure.getMessage()).contains(failure.failure());
    }
    FunctionDefinition known =
        Hosts.function(
            QUICK, "function f(x) { return x + 1; }", ValueType.INTEGER, ValueType.INTEGER);
    try (Prepared prepared = runtime.prepare(known)) {
      assertThat(Hosts.call(prepared, ValueType.INTEGER, Hosts.column(ValueType.INTEGER, 41)))
          .containsExactly(42L);
    }
  }

  @Test
  void whatLeadsOutIsTold() {
    FunctionDefinition function =
        Hosts.function(QUICK, "function f() { return java.lang.System.exit(1); }", ValueType.TEXT);
    try (Prepared prepared = runtime.prepare(function)) {
      Hosts.call(prepared, ValueType.TEXT);
    } catch (UdfException failure) {
      assertThat(failure.failure()).isEqualTo(Failure.TRAP);
    }
    assertThat(AUDIT)
        .anyMatch(
            row ->
                row.event() == AuditSink.Event.DENIED_BY_LANGUAGE
                    && row.detail().contains("\"java\" is not defined"));
  }

  @Test
  void whatRunsBeforeTheFunctionIsBoundToo() {
    FunctionDefinition function =
        Hosts.function(QUICK, "while (true) {} function f() {}", ValueType.TEXT);
    try (Prepared prepared = runtime.prepare(function)) {
      throw new AssertionError("It is ready: " + prepared);
    } catch (UdfException failure) {
      assertThat(failure.failure()).isEqualTo(Failure.FUEL);
    }
  }

  @Test
  void everyProfileRunsHelloWorld() {
    for (SandboxProfile profile : SandboxProfiles.builtIn()) {
      FunctionDefinition function =
          Hosts.function(profile, "function f() { return 'hello, world'; }", ValueType.TEXT);
      try (WorkerRuntime own =
              new WorkerRuntime(
                  new WorkerConfig(
                      true,
                      runtime.config().java(),
                      runtime.config().clock(),
                      AUDIT::add,
                      false,
                      false));
          Prepared prepared = own.prepare(function)) {
        assertThat(Hosts.call(prepared, ValueType.TEXT))
            .as(profile.name())
            .containsExactly("hello, world");
      }
    }
  }
}
