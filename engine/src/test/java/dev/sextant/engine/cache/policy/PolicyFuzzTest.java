package dev.sextant.engine.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Policies under random requests of random weights, against plain models of them. */
class PolicyFuzzTest {
  private static final long SEED = Long.getLong("seed", 20_260_217L);
  private static final int KEYS = 300;

  /** What an owner does: numbers for entries, and the policy told of each request. */
  private static final class Owner {
    final Map<Integer, Integer> entryOf = new HashMap<>();
    final Map<Integer, Integer> keyOf = new HashMap<>();
    final Map<Integer, Integer> weights = new HashMap<>();
    final Deque<Integer> free = new ArrayDeque<>();
    final List<Integer> evicted = new ArrayList<>();
    final Policy policy;
    long capacity;
    int used;

    Owner(PolicyKind kind, long capacity) {
      this.capacity = capacity;
      this.policy = kind.create(capacity, 8, this::evicted);
    }

    private void evicted(int entry) {
      Integer key = keyOf.remove(entry);
      assertThat(key).as("entry %d is evicted once", entry).isNotNull();
      entryOf.remove(key);
      free.push(entry);
      evicted.add(key);
    }

    boolean request(int key, int weight, int cost) {
      evicted.clear();
      Integer entry = entryOf.get(key);
      if (entry != null) {
        policy.hit(entry);
        return true;
      }
      int number = free.isEmpty() ? used++ : free.pop();
      entryOf.put(key, number);
      keyOf.put(number, key);
      weights.put(key, weight);
      policy.add(number, CacheSimulation.mix(key), weight, cost);
      return false;
    }

    void remove(int key) {
      Integer entry = entryOf.remove(key);
      if (entry != null) {
        policy.remove(entry);
        keyOf.remove(entry);
        free.push(entry);
      }
    }

    void check() {
      long weight = entryOf.keySet().stream().mapToLong(weights::get).sum();
      assertThat(policy.weight()).isEqualTo(weight).isLessThanOrEqualTo(capacity);
      assertThat(policy.count()).isEqualTo(entryOf.size());
    }
  }

  private static int skewed(Random random) {
    return (int) (KEYS * Math.pow(random.nextDouble(), 3));
  }

  @ParameterizedTest
  @EnumSource
  void neverHoldsMoreThanTheCapacity(PolicyKind kind) {
    Random random = new Random(SEED);
    for (int round = 0; round < 30; round++) {
      Owner owner = new Owner(kind, 1L + random.nextInt(2000));
      for (int i = 0; i < 3000; i++) {
        switch (random.nextInt(40)) {
          case 0 -> owner.remove(skewed(random));
          case 1 -> {
            int before = owner.policy.count();
            owner.policy.evict();
            assertThat(owner.policy.count()).isEqualTo(Math.max(0, before - 1));
          }
          case 2 -> {
            owner.capacity = 1L + random.nextInt(2000);
            owner.policy.resize(owner.capacity);
          }
          default -> owner.request(skewed(random), 1 + random.nextInt(60), random.nextInt(1000));
        }
        if (i % 7 == 0) {
          owner.check();
        }
      }
      while (owner.policy.count() > 0) {
        owner.policy.evict();
        owner.check();
      }
    }
  }

  @Test
  void lruEvictsWhatALinkedMapWouldDrop() {
    Random random = new Random(SEED);
    Owner owner = new Owner(PolicyKind.LRU, 500);
    LinkedHashMap<Integer, Integer> model = new LinkedHashMap<>(16, 0.75f, true);
    for (int i = 0; i < 50_000; i++) {
      int key = skewed(random);
      int weight = 1 + random.nextInt(40);
      boolean hit = model.get(key) != null;
      assertThat(owner.request(key, weight, 1)).isEqualTo(hit);
      if (!hit) {
        model.put(key, weight);
        while (model.values().stream().mapToInt(Integer::intValue).sum() > 500) {
          model.remove(model.keySet().iterator().next());
        }
      }
      assertThat(owner.entryOf.keySet()).isEqualTo(model.keySet());
    }
  }

  /** S3-FIFO written with collections, from the paper. */
  private static final class PlainS3Fifo {
    final LinkedHashMap<Integer, int[]> small = new LinkedHashMap<>();
    final LinkedHashMap<Integer, int[]> main = new LinkedHashMap<>();
    final LinkedHashMap<Integer, Integer> ghosts = new LinkedHashMap<>();
    final int capacity;

    PlainS3Fifo(int capacity) {
      this.capacity = capacity;
    }

    private static int weight(Map<Integer, int[]> queue) {
      return queue.values().stream().mapToInt(state -> state[0]).sum();
    }

    boolean request(int key, int weight) {
      int[] state = small.containsKey(key) ? small.get(key) : main.get(key);
      if (state != null) {
        state[1] = Math.min(3, state[1] + 1);
        return true;
      }
      while (weight(small) + weight(main) + weight > capacity) {
        if ((!small.isEmpty() && weight(small) >= capacity / 10) || main.isEmpty()) {
          evictSmall();
        } else {
          evictMain();
        }
      }
      (ghosts.remove(key) != null ? main : small).put(key, new int[] {weight, 0});
      return false;
    }

    private void evictSmall() {
      while (!small.isEmpty()) {
        var first = small.pollFirstEntry();
        if (first.getValue()[1] < 2) {
          int weight = first.getValue()[0];
          ghosts.remove(first.getKey());
          while (ghosts.values().stream().mapToInt(w -> w).sum() + weight > capacity * 9 / 10) {
            ghosts.pollFirstEntry();
          }
          ghosts.put(first.getKey(), weight);
          return;
        }
        main.put(first.getKey(), new int[] {first.getValue()[0], 0});
        if (weight(main) > capacity - capacity / 10) {
          evictMain();
        }
      }
    }

    private void evictMain() {
      while (!main.isEmpty()) {
        var first = main.pollFirstEntry();
        if (first.getValue()[1] == 0) {
          return;
        }
        first.getValue()[1]--;
        main.put(first.getKey(), first.getValue());
      }
    }
  }

  @Test
  void s3fifoDoesWhatThePaperSays() {
    Random random = new Random(SEED);
    Owner owner = new Owner(PolicyKind.S3FIFO, 1000);
    PlainS3Fifo model = new PlainS3Fifo(1000);
    for (int i = 0; i < 50_000; i++) {
      int key = skewed(random);
      int weight = 1 + random.nextInt(40);
      assertThat(owner.request(key, weight, 1))
          .as("request %d", i)
          .isEqualTo(model.request(key, weight));
    }
    assertThat(owner.entryOf.keySet())
        .containsAll(model.small.keySet())
        .containsAll(model.main.keySet())
        .hasSize(model.small.size() + model.main.size());
  }

  @Test
  void gdsfEvictsTheLeastFrequencyTimesCostByWeight() {
    Random random = new Random(SEED);
    Owner owner = new Owner(PolicyKind.GDSF, 700);
    record State(double priority, int count, int weight, int cost) {}
    Map<Integer, State> model = new HashMap<>();
    double clock = 0;
    for (int i = 0; i < 30_000; i++) {
      int key = skewed(random);
      // Weights that are powers of two and odd costs: no two priorities are the same by accident.
      int weight = 1 << random.nextInt(6);
      int cost = 1 + random.nextInt(1 << 20);
      State state = model.get(key);
      assertThat(owner.request(key, weight, cost)).as("request %d", i).isEqualTo(state != null);
      if (state == null) {
        while (model.values().stream().mapToInt(State::weight).sum() + weight > 700) {
          var least =
              model.entrySet().stream()
                  .min(Comparator.comparingDouble(entry -> entry.getValue().priority()))
                  .orElseThrow();
          clock = least.getValue().priority();
          model.remove(least.getKey());
        }
        model.put(key, new State(clock + (double) cost / weight, 1, weight, cost));
      } else {
        int count = state.count() + 1;
        double worth = (double) count * state.cost() / state.weight();
        model.put(key, new State(clock + worth, count, state.weight(), state.cost()));
      }
      assertThat(owner.entryOf.keySet()).isEqualTo(model.keySet());
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEntryAboveTheCapacityIsNotAdmitted(PolicyKind kind) {
    Owner owner = new Owner(kind, 100);
    owner.request(1, 60, 1);
    owner.request(2, 101, 1);
    assertThat(owner.entryOf).containsOnlyKeys(1);
    owner.check();
  }

  @Test
  void aRareKeyDoesNotDriveOutAFrequentOne() {
    Owner owner = new Owner(PolicyKind.WTINYLFU, 100);
    for (int round = 0; round < 5; round++) {
      for (int key = 0; key < 100; key++) {
        owner.request(key, 1, 1);
      }
    }
    for (int key = 1000; key < 1500; key++) {
      owner.request(key, 1, 1);
    }
    assertThat(owner.entryOf.keySet().stream().filter(key -> key < 100).count())
        .isGreaterThanOrEqualTo(95);
  }
}
