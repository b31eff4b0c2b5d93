package dev.sextant.engine.route.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.serve.FaultServer.Fault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Routes over real HTTP on loopback, with scripted faults and a clock that stands still. */
class RouterTest {
  private static final Fault FINE = new Fault.Fine("yes");
  private static final Fault DOWN = new Fault.Status(500, "");

  private static World world() throws IOException {
    return new World(Optional.empty());
  }

  @Test
  void anotherTargetAnswersWhereOneFails() throws IOException {
    for (Fault fault :
        List.of(
            DOWN,
            new Fault.Status(503, ""),
            new Fault.Status(429, "5"),
            new Fault.Hang(),
            new Fault.Cut(),
            new Fault.BadJson())) {
      try (World world = world().endpoint("a", "1", fault).endpoint("b", "1", FINE)) {
        Completion answer = world.ask();
        assertThat(answer.endpoint()).as(fault.toString()).isEqualTo("b");
        assertThat(answer.attempts()).isEqualTo(2);
        assertThat(world.server.calls("a")).isEqualTo(1);
        assertThat(world.logged("SELECT outcome FROM decisions WHERE fallback_of IS NULL"))
            .containsExactly("ok");
      }
    }
  }

  @Test
  void eachFaultHasItsClass() throws IOException {
    Map<Fault, String> classes =
        Map.of(
            DOWN,
            "server",
            new Fault.Status(429, "5"),
            "rate_limit",
            new Fault.Hang(),
            "timeout",
            new Fault.Cut(),
            "invalid_response",
            new Fault.BadJson(),
            "invalid_response",
            new Fault.Status(401, ""),
            "auth",
            new Fault.Status(400, ""),
            "bad_request");
    for (Map.Entry<Fault, String> fault : classes.entrySet()) {
      try (World world = world().endpoint("a", "1", fault.getKey()).attempts(1)) {
        assertThatThrownBy(world::ask)
            .as(fault.getKey().toString())
            .isInstanceOf(SextantException.class)
            .hasMessageContaining("endpoint \"a\"")
            .hasMessageNotContaining("sk-secret");
        assertThat(world.logged("SELECT error_class FROM attempts"))
            .containsExactly(fault.getValue());
      }
    }
  }

  @Test
  void whatIsWrongWithTheRequestIsNotTriedElsewhere() throws IOException {
    try (World world =
        world().endpoint("a", "1", new Fault.Status(400, "")).endpoint("b", "1", FINE)) {
      assertThatThrownBy(world::ask).hasMessageContaining("status 400");
      assertThat(world.server.calls("b")).isZero();
    }
  }

  @Test
  void retryAfterIsWaitedForWhereThereIsNoOther() throws IOException {
    try (World world = world().endpoint("a", "1", new Fault.Status(429, "7"), FINE)) {
      long before = world.clock.millis();
      assertThat(world.ask().attempts()).isEqualTo(2);
      assertThat(world.clock.millis() - before).isBetween(7_000L, 8_000L);
    }
    try (World world = world().endpoint("a", "1", new Fault.Status(429, "3600"), FINE)) {
      assertThatThrownBy(world::ask).hasMessageContaining("unhealthy");
      assertThat(world.server.calls("a")).isEqualTo(1);
    }
  }

  @Test
  void aDeadTargetGetsNoMoreThanProbes() throws IOException {
    try (World world = world().endpoint("a", "1", DOWN).endpoint("b", "1", FINE)) {
      for (int i = 0; i < 60; i++) {
        assertThat(world.ask().endpoint()).isEqualTo("b");
        world.clock.advance(1000);
      }
      // 5 calls open the breaker; then one probe after 5, 10 and 20 seconds.
      assertThat(world.server.calls("a")).isLessThanOrEqualTo(9);
      assertThat(world.server.calls("b")).isEqualTo(60);
    }
  }

  @Test
  void aTargetThatRecoversGetsItsCallsBack() throws IOException {
    Fault[] script = new Fault[6];
    java.util.Arrays.fill(script, DOWN);
    script[5] = FINE;
    try (World world = world().endpoint("a", "1", script).endpoint("b", "1", FINE)) {
      List<String> answered = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answered.add(world.ask().endpoint());
        world.clock.advance(1000);
      }
      assertThat(answered.subList(0, 5)).containsOnly("b");
      assertThat(answered.subList(12, 20)).containsOnly("a");
    }
  }

  @Test
  void aFlappingTargetNeverFailsACall() throws IOException {
    Fault[] script = new Fault[40];
    for (int i = 0; i < script.length; i++) {
      script[i] = i % 2 == 0 ? DOWN : FINE;
    }
    try (World world = world().endpoint("a", "1", script).endpoint("b", "1", FINE)) {
      for (int i = 0; i < 40; i++) {
        assertThat(world.ask().text()).isEqualTo("yes");
        world.clock.advance(500);
      }
    }
  }

  @Test
  void aLateBloomerIsChosenAgainOnceItsPastHasFaded() throws IOException {
    try (World world =
        world()
            .endpoint("a", "1", new Fault.Slow("slow", 3000), new Fault.Fine("fast"))
            .endpoint("b", "1", new Fault.Slow("mean", 500))
            .policy("lowest_latency", Map.of("epsilon", "0.3"))) {
      int fast = 0;
      for (int i = 0; i < 120; i++) {
        int seed = i;
        Completion answer = world.ask("{\"max_tokens\": 10, \"seed\": " + seed + "}");
        fast += i >= 60 && answer.endpoint().equals("a") ? 1 : 0;
        world.clock.advance(60_000);
      }
      assertThat(fast).isGreaterThan(40);
    }
  }

  @Test
  void costAndSuccessDecideAndPricesAreExact() throws IOException {
    try (World world =
        world()
            .endpoint("dear", "50", FINE)
            .endpoint("cheap", "1", FINE)
            .policy("multi_factor", Map.of("cost", "1"))) {
      Completion answer = world.ask();
      assertThat(answer.endpoint()).isEqualTo("cheap");
      assertThat(answer.costNanoUsd()).hasValue(15_000);
      assertThat(answer.usage().cachedTokens()).isEqualTo(4);
    }
    try (World world =
        world()
            .endpoint("ill", "1", DOWN, DOWN, FINE)
            .endpoint("well", "1", FINE)
            .policy("multi_factor", Map.of("success", "1"))) {
      world.ask();
      assertThat(world.ask().endpoint()).isEqualTo("well");
    }
  }

  @Test
  void theModelIsAConstraintAndWhatIsDisabledIsNeverAsked() throws IOException {
    try (World world =
        world().endpoint("a", "1", FINE).endpoint("b", "1", FINE).endpoint("c", "1", FINE)) {
      world.disabled("b");
      assertThat(world.ask("{\"models\": [\"c-model\"]}").endpoint()).isEqualTo("c");
      assertThatThrownBy(() -> world.ask("{\"models\": [\"b-model\"]}"))
          .hasMessageContaining("disabled");
      assertThat(world.server.calls("b")).isZero();
    }
  }

  @Test
  void anUnknownPriceIsNeverZero() throws IOException {
    try (World world = world().endpoint("a", "", FINE)) {
      Completion answer = world.ask();
      assertThat(answer.costNanoUsd()).isEmpty();
      assertThat(answer.warnings()).anyMatch(w -> w.contains("is not known"));
      assertThat(world.logged("SELECT cost_nano FROM attempts")).containsExactly("null");
      world.budget(1_000_000);
      assertThatThrownBy(world::ask).hasMessageContaining("price_unknown");
    }
  }

  @Test
  void theSameSeedGivesTheSameChoices() throws IOException {
    List<String> first = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (World world =
          world().endpoint("a", "1", FINE).endpoint("b", "1", FINE).policy("weighted", Map.of())) {
        List<String> chosen = new ArrayList<>();
        for (int seed = 0; seed < 20; seed++) {
          chosen.add(world.ask("{\"max_tokens\": 5, \"seed\": " + seed + "}").endpoint());
        }
        assertThat(chosen).contains("a", "b");
        if (run == 0) {
          first.addAll(chosen);
        } else {
          assertThat(chosen).isEqualTo(first);
        }
      }
    }
  }

  @Test
  void manyThreadsNeverOverdrawABudget() throws Exception {
    // A call may cost 1 + 16 tokens of prompt and 10 of answer, and does cost 15 at 1,000 each.
    try (World world = world().endpoint("a", "1", FINE).budget(100_000)) {
      int answered = 0;
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
          calls.add(threads.submit(() -> granted(world)));
        }
        for (Future<Boolean> call : calls) {
          answered += call.get() ? 1 : 0;
        }
      }
      assertThat(answered).isBetween(3, 6);
      assertThat(world.logged("SELECT spent <= 100000 AND reserved = 0 AND leaked = 0 FROM purses"))
          .containsExactly("1");
      assertThat(world.logged("SELECT spent FROM purses"))
          .containsExactly(Long.toString(answered * 15_000L));
      assertThat(world.server.calls("a")).isEqualTo(answered);
    }
  }

  private static boolean granted(World world) {
    try {
      world.ask();
      return true;
    } catch (SextantException refused) {
      assertThat(refused.code()).isEqualTo(ErrorCode.OUT_OF_RESOURCES);
      return false;
    }
  }

  @Test
  void decisionsAddUpAndReplayBitByBit() throws IOException {
    try (World world =
        world()
            .endpoint("a", "3", DOWN, FINE)
            .endpoint("b", "1", FINE)
            .endpoint("c", "2", FINE)
            .policy(
                "multi_factor",
                Map.of("cost", "0.3", "success", "0.5", "latency", "0.2", "epsilon", "0.1"))) {
      world.disabled("c");
      for (int i = 0; i < 10; i++) {
        world.ask();
        world.clock.advance(777);
      }
      var log = world.router.log();
      for (var row : log.rows("SELECT decision_id FROM decisions")) {
        long id = (Long) java.util.Objects.requireNonNull(row.getFirst());
        List<String> again =
            log.inputs(id).replay().verdicts().stream()
                .map(
                    v ->
                        v.endpoint()
                            + v.probability()
                            + v.chosen()
                            + v.score().map(s -> s.value()).orElse(null))
                .toList();
        List<String> logged =
            log
                .rows(
                    "SELECT endpoint, prob, chosen, score FROM decision_candidates"
                        + " WHERE decision_id = ? ORDER BY position",
                    id)
                .stream()
                .map(c -> "" + c.get(0) + c.get(1) + Long.valueOf(1).equals(c.get(2)) + c.get(3))
                .toList();
        assertThat(logged).isEqualTo(again);
      }
      assertThat(
              world.logged(
                  "SELECT count(*) FROM (SELECT abs(sum(prob) - 1) > 1e-9 OR sum(chosen) <> 1"
                      + " OR sum(eligible = 0 AND reject_reason IS NULL) AS wrong"
                      + " FROM decision_candidates GROUP BY decision_id) WHERE wrong"))
          .containsExactly("0");
      assertThat(
              world.logged(
                  "SELECT max(abs(score - (SELECT sum(value ->> 'value') FROM json_each(terms))))"
                      + " < 1e-12 FROM decision_candidates WHERE eligible"))
          .containsExactly("1");
    }
  }
}
