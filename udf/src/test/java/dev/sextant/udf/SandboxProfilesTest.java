package dev.sextant.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.UdfException.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SandboxProfilesTest {
  private static final SandboxProfile PARENT = SandboxProfiles.UNTRUSTED;

  @Test
  void theProfilesOfTheStartAreFoundByName() {
    assertThat(SandboxProfiles.builtIn().stream().map(SandboxProfile::name))
        .containsExactlyInAnyOrder(
            "untrusted",
            "minimal",
            "hostile-tenant",
            "ci-runner",
            "web-server",
            "batch-job",
            "development");
    assertThat(SandboxProfiles.get("CI-Runner").name()).isEqualTo("ci-runner");
    assertThatThrownBy(() -> SandboxProfiles.get("trusted"))
        .isInstanceOf(UdfException.class)
        .hasMessageContaining("no sandbox profile \"trusted\"")
        .hasMessageContaining("untrusted, minimal");
  }

  @Test
  void noBuiltInProfileLetsForeignCodeOpenConnectOrStart() {
    for (SandboxProfile profile : SandboxProfiles.builtIn()) {
      for (String call :
          List.of("open", "openat", "openat2", "socket", "execve", "execveat", "fork", "vfork")) {
        assertThat(profile.systemCalls().run().decide(call, new long[6]).kind())
            .as("%s in %s", call, profile.name())
            .isNotEqualTo(CallAction.Kind.ALLOW);
      }
    }
  }

  @Test
  void settingsNarrow() {
    SandboxProfile child =
        SandboxProfiles.extend(
            "small",
            PARENT,
            Map.of(
                "fuel",
                "1000",
                "MEMORY",
                "32 MB",
                "wall_time",
                "1s",
                "deny",
                "prctl, keys",
                "on_denial",
                "kill",
                "require",
                "seccomp, landlock"));
    assertThat(child.limits().fuel()).isEqualTo(1000);
    assertThat(child.limits().memoryBytes()).isEqualTo(32 << 20);
    assertThat(child.limits().wallTime()).isEqualTo(Duration.ofSeconds(1));
    assertThat(child.limits().outputBytes()).isEqualTo(PARENT.limits().outputBytes());
    SystemCallPolicy run = child.systemCalls().run();
    assertThat(run.decide("prctl", new long[] {15, 0, 0, 0, 0, 0})).isEqualTo(CallAction.KILL);
    assertThat(run.decide("futex", new long[6])).isEqualTo(CallAction.ALLOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FUEL       | 50000001 | 50000000",
        "MEMORY     | 65MB     | 67108864B",
        "MEMORY     | 99999999999GB | 67108864B",
        "WALL_TIME  | 2001ms   | 2000ms",
        "STACK      | 1001     | 1000",
        "OUTPUT     | 2MB      | 1048576B",
        "BATCH_ROWS | 2048     | 1024",
        "WORKERS    | 3        | 2",
        "REQUIRE    | SECCOMP  | SECCOMP, LANDLOCK",
        "ALLOW      | openat   | futex"
      })
  void wideningIsRefused(String key, String value, String parents) {
    assertThatThrownBy(() -> SandboxProfiles.extend("wide", PARENT, Map.of(key, value)))
        .isInstanceOfSatisfying(
            UdfException.class,
            failure -> assertThat(failure.failure()).isEqualTo(Failure.DEFINITION))
        .hasMessageContaining(key)
        .hasMessageContaining("\"" + value + "\"")
        .hasMessageContaining(parents);
  }

  @Test
  void aProfileThatKillsStaysSo() {
    assertThatThrownBy(
            () ->
                SandboxProfiles.extend(
                    "mild", SandboxProfiles.get("minimal"), Map.of("ON_DENIAL", "errno")))
        .hasMessageContaining("ON_DENIAL")
        .hasMessageContaining("kill");
  }

  @ParameterizedTest
  @CsvSource({
    "SPEED,1",
    "FUEL,many",
    "MEMORY,1XB",
    "FUEL,0",
    "DENY,no_such_call",
    "ON_DENIAL,shout"
  })
  void nonsenseIsRefused(String key, String value) {
    assertThatThrownBy(() -> SandboxProfiles.extend("odd", PARENT, Map.of(key, value)))
        .isInstanceOfSatisfying(
            UdfException.class,
            failure -> assertThat(failure.failure()).isEqualTo(Failure.DEFINITION))
        .hasMessageContaining(key);
  }

  @Example
  void rulesAreRows() {
    for (SandboxProfile profile : SandboxProfiles.builtIn()) {
      assertThat(profile.rules())
          .contains(
              new SandboxProfile.Rule(profile.name(), "seccomp run", "call", "futex", "allow"))
          .anyMatch(rule -> rule.object().equals("read(arg0 = 0)"))
          .anyMatch(rule -> rule.object().equals("any of network"))
          .anyMatch(rule -> rule.layer().equals("limit") && rule.object().equals("FUEL"));
    }
  }

  /** Whatever is set, the child allows no call that its parent denies. */
  @Property(tries = 100, seed = "20261122")
  void childrenAllowNoMore(
      @ForAll("narrowings") Map<String, String> first,
      @ForAll("narrowings") Map<String, String> second) {
    SandboxProfile child = SandboxProfiles.extend("child", PARENT, first);
    SandboxProfile grandchild;
    try {
      grandchild = SandboxProfiles.extend("grandchild", child, second);
    } catch (UdfException wider) {
      return;
    }
    requireWithin(child, PARENT);
    requireWithin(grandchild, child);
  }

  private static void requireWithin(SandboxProfile child, SandboxProfile parent) {
    SystemCallPolicy mine = child.systemCalls().run();
    SystemCallPolicy theirs = parent.systemCalls().run();
    for (String call : theirs.calls()) {
      for (long value : new long[] {0, 1, 2, 3, 15, 0x3d0f00, 0x53564d41, -1}) {
        long[] arguments = {value, value, value, 0, 0, 0};
        assertThat(mine.decide(call, arguments).isWithin(theirs.decide(call, arguments)))
            .as("%s(%d)", call, value)
            .isTrue();
      }
    }
    assertThat(child.limits().fuel()).isLessThanOrEqualTo(parent.limits().fuel());
    assertThat(child.required()).containsAll(parent.required());
  }

  @Provide
  Arbitrary<Map<String, String>> narrowings() {
    Set<String> calls = PARENT.systemCalls().run().calls();
    Arbitrary<String> denied =
        Arbitraries.oneOf(
                Arbitraries.of(calls),
                Arbitraries.of(CallCategory.class).map(category -> category.name()))
            .list()
            .ofMinSize(1)
            .ofMaxSize(5)
            .map(words -> String.join(", ", words));
    return Combinators.combine(
            Arbitraries.integers().between(1, 50_000_000), denied, Arbitraries.of("kill", "errno"))
        .as((fuel, deny, action) -> Map.of("FUEL", "" + fuel, "DENY", deny, "ON_DENIAL", action));
  }
}
