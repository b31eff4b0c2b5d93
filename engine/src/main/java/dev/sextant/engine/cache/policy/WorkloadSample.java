package dev.sextant.engine.cache.policy;

import static java.util.Objects.requireNonNull;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/*
 * SHARDS [1]: a key belongs to the sample where a hash of it lies below a threshold, so all
 * requests of a key are sampled or none, and the distances and cache sizes of the whole stream are
 * those of the sample divided by the rate. When the sample holds its most keys, the threshold is
 * lowered by a quarter, the keys that do not belong any more are forgotten, and all counts are
 * scaled.
 *
 * How many requests were sampled differs from what the rate promises, above all where a hot key is
 * in the sample or is not. SHARDS-adj takes all of the difference for requests that always hit.
 * Here that holds for the keys that take more than a hundredth of the stream: one request of 64 is
 * counted to know them. The rest of the difference is corrected by regression: the sample is cut
 * into groups of keys, and how the groups' misses rise with their requests says how many misses the
 * lacking requests would have brought. Where misses do not depend on them, that is SHARDS-adj
 * again.
 *
 * For LRU one pass of stack distances gives all sizes. For the other policies a small cache is
 * simulated for each size, scaled down by the rate [2]. The simulations at the cache's own capacity
 * are its shadow caches.
 *
 * [1] Waldspurger, Park, Garthwaite, Ahmad: Efficient MRC Construction with SHARDS. FAST 2015.
 * [2] Waldspurger, Saemundsson, Ahmad, Park: Cache Modeling and Optimization using Miniature
 *     Simulations. USENIX ATC 2017.
 */
/**
 * What the stream of requests would see of other policies and capacities: shadow caches and the
 * miss-ratio curve, on a sample of its keys. Safe for use by many threads.
 */
public final class WorkloadSample {
  /** The curve's sizes, in percent of the capacity. */
  public static final List<Integer> PERCENTS = List.of(1, 2, 5, 10, 20, 50, 100, 200, 400);

  private static final int OWN_SIZE = PERCENTS.indexOf(100);
  private static final int BITS = 24;
  private static final int GROUPS = 64;
  private static final int EVERY = 64;
  private static final int HEAVY_COUNT = 32;
  private static final double HEAVY_SHARE = 0.01;
  private static final long SALT = 0x5E7A_9C31_D04B_68F2L;
  private static final List<PolicyKind> SIMULATED =
      Arrays.stream(PolicyKind.values()).filter(kind -> kind != PolicyKind.LRU).toList();

  /**
   * What is sampled.
   *
   * @param capacity the cache's, in the unit of the requests' weights
   * @param expectedEntries about how many entries the cache holds
   * @param maxKeys the most keys in the sample, at least 16
   * @param maxRate the most of all keys, above 0 and at most 1
   */
  public record Options(long capacity, int expectedEntries, int maxKeys, double maxRate) {
    /** Checks the ranges. */
    public Options {
      if (capacity < 1 || expectedEntries < 1 || maxKeys < 16 || !(maxRate > 0 && maxRate <= 1)) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "A workload sample expects a capacity and entries of at least 1, at least 16 keys and a"
                + " rate in (0, 1] but got "
                + capacity
                + ", "
                + expectedEntries
                + ", "
                + maxKeys
                + " and "
                + maxRate
                + ".");
      }
    }
  }

  /**
   * A point of the curve.
   *
   * @param percent of the capacity
   * @param capacity in the unit of the requests' weights
   * @param missRatio from 0 to 1; 1 before the first request
   */
  public record Point(PolicyKind policy, int percent, long capacity, double missRatio) {}

  /**
   * How the sample stands.
   *
   * @param requests of the whole stream
   * @param sampledRequests of these
   * @param keys in the sample now
   * @param rate which part of all keys the sample takes now
   * @param bytes of heap
   */
  public record Extent(long requests, long sampledRequests, int keys, double rate, long bytes) {}

  private final Options options;
  private final LongAdder requests = new LongAdder();
  private final StackDistances distances;
  private final CacheSimulation[][] simulations;
  private final double[] sampled = new double[GROUPS];
  private final Map<PolicyKind, double[][]> misses = new EnumMap<>(PolicyKind.class);
  private final double[][] lruMisses;
  private final double[][][] simulatedMisses;
  private final HeavyKeys heavy = new HeavyKeys();
  private long noted;
  private long sampledRequests;

  /** Counts requests; lost updates do no harm. */
  private int ticks;

  private volatile int threshold;

  /** An empty sample. */
  public WorkloadSample(Options options) {
    this.options = options;
    double first =
        Math.min(options.maxRate(), (double) options.maxKeys() / options.expectedEntries());
    this.threshold = Math.max(1, (int) (first * (1 << BITS)));
    this.distances = new StackDistances(options.maxKeys());
    for (PolicyKind kind : PolicyKind.values()) {
      misses.put(kind, new double[PERCENTS.size()][GROUPS]);
    }
    this.lruMisses = missesOf(PolicyKind.LRU);
    this.simulatedMisses = SIMULATED.stream().map(this::missesOf).toArray(double[][][]::new);
    this.simulations = new CacheSimulation[SIMULATED.size()][PERCENTS.size()];
    for (int p = 0; p < SIMULATED.size(); p++) {
      for (int i = 0; i < PERCENTS.size(); i++) {
        double entries = (double) options.expectedEntries() * PERCENTS.get(i) / 100 * rate();
        simulations[p][i] =
            new CacheSimulation(
                SIMULATED.get(p), scaledCapacity(i), Math.max(1, (int) Math.round(entries)));
      }
    }
  }

  /** By size and group. */
  private double[][] missesOf(PolicyKind kind) {
    return requireNonNull(misses.get(kind));
  }

  private double rate() {
    return (double) threshold / (1 << BITS);
  }

  private long capacity(int size) {
    return Math.max(1, options.capacity() * PERCENTS.get(size) / 100);
  }

  private long scaledCapacity(int size) {
    return Math.max(1, Math.round(capacity(size) * rate()));
  }

  /**
   * Notes a request.
   *
   * @param hash the key's, well mixed in all bits
   * @param weight what the entry takes or would take of the capacity
   * @param cost what it costs or would cost to have it again, in microseconds
   */
  public void request(long hash, int weight, int cost) {
    requests.increment();
    if ((CacheSimulation.mix(++ticks) & (EVERY - 1)) == 0) {
      note(hash);
    }
    if (belongs(hash)) {
      sampled(hash, weight, cost);
    }
  }

  private synchronized void note(long hash) {
    heavy.add(hash);
    noted++;
  }

  private boolean belongs(long hash) {
    return CacheSimulation.mix(hash ^ SALT) >>> (Long.SIZE - BITS) < threshold;
  }

  private synchronized void sampled(long hash, int weight, int cost) {
    if (distances.full()) {
      lowerRate();
    }
    if (!belongs(hash)) {
      return;
    }
    sampledRequests++;
    int group = group(hash);
    sampled[group]++;
    long distance = distances.request(hash, weight);
    for (int i = 0; i < PERCENTS.size(); i++) {
      boolean hit = distance != StackDistances.NEW && distance <= scaledCapacity(i);
      count(lruMisses[i], group, hit);
      for (int p = 0; p < SIMULATED.size(); p++) {
        hit = simulations[p][i].request(hash, hash, weight, cost);
        count(simulatedMisses[p][i], group, hit);
      }
    }
  }

  private static int group(long hash) {
    return (int) (CacheSimulation.mix(hash ^ SALT) & (GROUPS - 1));
  }

  private static void count(double[] groups, int group, boolean hit) {
    if (!hit) {
      groups[group]++;
    }
  }

  private void lowerRate() {
    int lower = Math.max(1, threshold - Math.max(1, threshold / 4));
    double scale = (double) lower / threshold;
    threshold = lower;
    for (int slot = distances.count() - 1; slot >= 0; slot--) {
      long key = distances.key(slot);
      if (!belongs(key)) {
        distances.forget(slot);
        forget(key);
      }
    }
    distances.scale(scale);
    scale(sampled, scale);
    for (double[][] sizes : misses.values()) {
      for (double[] groups : sizes) {
        scale(groups, scale);
      }
    }
    for (CacheSimulation[] sizes : simulations) {
      for (int i = 0; i < sizes.length; i++) {
        sizes[i].resize(scaledCapacity(i));
      }
    }
  }

  private static void scale(double[] groups, double factor) {
    for (int i = 0; i < groups.length; i++) {
      groups[i] *= factor;
    }
  }

  private void forget(long key) {
    for (CacheSimulation[] sizes : simulations) {
      for (CacheSimulation simulation : sizes) {
        simulation.forget(key);
      }
    }
  }

  /** The miss-ratio curve: all policies, each at {@link #PERCENTS} of the capacity. */
  public synchronized List<Point> curve() {
    Estimate estimate = new Estimate();
    List<Point> points = new ArrayList<>();
    for (PolicyKind kind : PolicyKind.values()) {
      for (int i = 0; i < PERCENTS.size(); i++) {
        points.add(estimate.point(kind, i));
      }
    }
    return points;
  }

  /** The shadow caches: each policy at the cache's own capacity. */
  public synchronized List<Point> shadow() {
    Estimate estimate = new Estimate();
    return Arrays.stream(PolicyKind.values()).map(kind -> estimate.point(kind, OWN_SIZE)).toList();
  }

  /** The regression of the groups' misses on their requests, heavy keys left out. */
  private final class Estimate {
    private final double total = requests.sum();
    private final double[] groups = sampled.clone();
    private final double lacking;

    Estimate() {
      double others = total;
      for (int i = 0; i < heavy.size(); i++) {
        double share = (double) heavy.count(i) / noted;
        if (heavy.count(i) >= HEAVY_COUNT && share >= HEAVY_SHARE) {
          others -= share * total;
          groups[group(heavy.key(i))] -= distances.requests(heavy.key(i));
        }
      }
      double rate = rate();
      lacking = rate < 1 ? others * rate - Arrays.stream(groups).sum() : 0;
    }

    Point point(PolicyKind kind, int size) {
      double[] missed = missesOf(kind)[size];
      double all = Arrays.stream(missed).sum() + slope(missed) * lacking;
      double ratio = total > 0 ? all / rate() / total : 1;
      return new Point(kind, PERCENTS.get(size), capacity(size), Math.clamp(ratio, 0, 1));
    }

    /** How many misses come with a request more. */
    private double slope(double[] missed) {
      double meanRequests = Arrays.stream(groups).sum() / GROUPS;
      double meanMisses = Arrays.stream(missed).sum() / GROUPS;
      double covariance = 0;
      double variance = 0;
      for (int g = 0; g < GROUPS; g++) {
        double above = groups[g] - meanRequests;
        covariance += above * (missed[g] - meanMisses);
        variance += above * above;
      }
      return variance > 0 ? Math.clamp(covariance / variance, 0, 1) : 0;
    }
  }

  /** How much of the stream the sample has seen, and what it takes. */
  public synchronized Extent extent() {
    long bytes = distances.bytes();
    for (CacheSimulation[] sizes : simulations) {
      bytes += Arrays.stream(sizes).mapToLong(CacheSimulation::bytes).sum();
    }
    return new Extent(requests.sum(), sampledRequests, distances.count(), rate(), bytes);
  }
}
