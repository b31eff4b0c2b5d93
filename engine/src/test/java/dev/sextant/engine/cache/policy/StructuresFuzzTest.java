package dev.sextant.engine.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The primitive collections under random operations, against those of the JDK. */
class StructuresFuzzTest {
  private static final long SEED = Long.getLong("seed", 20_260_218L);

  @Test
  void keyMapIsAMap() {
    Random random = new Random(SEED);
    for (int round = 0; round < 20; round++) {
      KeyMap map = new KeyMap(1 + random.nextInt(40));
      Map<Long, Integer> model = new HashMap<>();
      // Few distinct low bits: long runs of neighbours.
      int spread = 1 + random.nextInt(500);
      for (int i = 0; i < 20_000; i++) {
        long key = (long) random.nextInt(spread) << random.nextInt(3);
        if (random.nextInt(3) == 0) {
          Integer removed = model.remove(key);
          assertThat(map.remove(key)).isEqualTo(removed == null ? KeyMap.ABSENT : removed);
        } else {
          int value = random.nextInt(1000);
          Integer before = model.put(key, value);
          assertThat(map.put(key, value)).isEqualTo(before == null ? KeyMap.ABSENT : before);
        }
        long other = random.nextInt(2 * spread);
        assertThat(map.get(other)).isEqualTo(model.getOrDefault(other, KeyMap.ABSENT));
        assertThat(map.size()).isEqualTo(model.size());
      }
    }
  }

  @Test
  void ghostQueueForgetsTheOldest() {
    Random random = new Random(SEED);
    for (int round = 0; round < 20; round++) {
      int[] capacity = {random.nextInt(300)};
      GhostQueue ghosts = new GhostQueue(capacity[0]);
      LinkedHashMap<Long, Integer> model = new LinkedHashMap<>();
      for (int i = 0; i < 10_000; i++) {
        long hash = CacheSimulation.mix(random.nextInt(400));
        switch (random.nextInt(50)) {
          case 0 -> {
            capacity[0] = random.nextInt(300);
            ghosts.resize(capacity[0]);
          }
          case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ->
              assertThat(ghosts.take(hash)).isEqualTo(model.remove(hash) != null);
          default -> {
            int weight = 1 + random.nextInt(20);
            ghosts.push(hash, weight);
            model.remove(hash);
            if (weight <= capacity[0]) {
              model.put(hash, weight);
            }
          }
        }
        while (model.values().stream().mapToInt(Integer::intValue).sum() > capacity[0]) {
          model.pollFirstEntry();
        }
      }
      for (int key = 0; key < 400; key++) {
        long hash = CacheSimulation.mix(key);
        assertThat(ghosts.take(hash)).isEqualTo(model.containsKey(hash));
      }
    }
  }

  @Test
  void sketchNeverEstimatesTooLittleAndSeldomTooMuch() {
    Random random = new Random(SEED);
    FrequencySketch sketch = new FrequencySketch(1000);
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < 5000; i++) {
      int key = (int) (800 * Math.pow(random.nextDouble(), 2));
      counts.merge(key, 1, Integer::sum);
      sketch.increment(CacheSimulation.mix(key));
      if (i == 3000) {
        sketch.grow();
      }
    }
    int exact = 0;
    for (var count : counts.entrySet()) {
      int estimate = sketch.frequency(CacheSimulation.mix(count.getKey()));
      int truth = Math.min(15, count.getValue());
      assertThat(estimate).isGreaterThanOrEqualTo(truth);
      exact += estimate == truth ? 1 : 0;
    }
    assertThat(exact).isGreaterThan(counts.size() * 9 / 10);
  }

  @Test
  void sketchForgets() {
    FrequencySketch sketch = new FrequencySketch(64);
    long old = CacheSimulation.mix(-1);
    for (int i = 0; i < 15; i++) {
      sketch.increment(old);
    }
    assertThat(sketch.frequency(old)).isEqualTo(15);
    for (int i = 0; i < 2000; i++) {
      sketch.increment(CacheSimulation.mix(i));
    }
    assertThat(sketch.frequency(old)).isLessThan(8);
  }

  @Test
  void stackDistancesAreThoseOfAList() {
    Random random = new Random(SEED);
    StackDistances distances = new StackDistances(100);
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      long key = CacheSimulation.mix(random.nextInt(140));
      int weight = 1 + (int) (key & 7);
      if (!order.contains(key) && distances.full()) {
        long gone = distances.key(random.nextInt(distances.count()));
        for (int slot = 0; slot < distances.count(); slot++) {
          if (distances.key(slot) == gone) {
            distances.forget(slot);
          }
        }
        order.remove(gone);
      }
      int before = order.indexOf(key);
      long expected =
          before < 0
              ? StackDistances.NEW
              : order.subList(before, order.size()).stream().mapToLong(k -> 1 + (k & 7)).sum();
      assertThat(distances.request(key, weight)).as("request %d", i).isEqualTo(expected);
      order.remove(key);
      order.add(key);
    }
  }

  @Test
  void heavyKeysAreFoundAmongMany() {
    Random random = new Random(SEED);
    HeavyKeys heavy = new HeavyKeys();
    for (int i = 0; i < 10_000; i++) {
      heavy.add(random.nextInt(10) == 0 ? -1 : CacheSimulation.mix(random.nextInt(5000)));
    }
    for (int place = 0; place < heavy.size(); place++) {
      if (heavy.key(place) == -1) {
        assertThat(heavy.count(place)).isBetween(900, 1100);
      } else {
        assertThat(heavy.count(place)).isLessThan(100);
      }
    }
  }
}
