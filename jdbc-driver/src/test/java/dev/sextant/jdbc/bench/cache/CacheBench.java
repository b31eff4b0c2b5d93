package dev.sextant.jdbc.bench.cache;

import com.sun.management.ThreadMXBean;
import dev.sextant.engine.cache.CacheOptions;
import dev.sextant.engine.cache.policy.CacheSimulation;
import dev.sextant.engine.cache.policy.WorkloadSample;
import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Manifest;
import dev.sextant.jdbc.bench.Pages;
import dev.sextant.storage.cache.Slab;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A hit of the embedding cache beside Caffeine, Chronicle Map and LMDB, with and without eviction;
 * and the embedder beside langchain4j's.
 *
 * <p>Targets: {@code hit_ns} at most 150, {@code alloc_bytes_per_hit} 0, {@code embed_ratio} at
 * least 1.
 */
public final class CacheBench {
  private static final int DIMENSIONS = 384;
  private static final int REQUESTS = 1 << 20;
  private static final int WARM_UP = 2;
  private static final int ROUNDS = 7;
  private static final int WRITE_EVERY = 10;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Requests requests;
  private final CacheReport report = new CacheReport();
  private final Figures figures = new Figures("");
  private final Path root;
  private final Path work;

  /** What one pass over the requests took. */
  private record Pass(double nanos, double bytes, double hits) {}

  /** One pass over the requests. */
  private interface Work {
    int hits(Store store);
  }

  private CacheBench(int entries, Path root, Path work) {
    this.requests = new Requests(entries, DIMENSIONS, REQUESTS, 42);
    this.root = root;
    this.work = work;
  }

  /** Runs it and prints its figures as the last line. */
  public static void run(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    Options options = Options.of(args);
    Path root = Path.of(System.getProperty("sextant.root", ".")).toRealPath();
    Path work = Files.createTempDirectory("sextant-bench-cache");
    try {
      new CacheBench(options.entries(), root, work).measure(options);
    } finally {
      delete(work);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void measure(Options options) throws Exception {
    Manifest manifest = new Manifest(root, Map.of());
    report.heading(requests.count(), DIMENSIONS, REQUESTS, ROUNDS);
    readOnly();
    withEviction();
    curve();
    if (options.texts() > 0) {
      EmbedBench.run(options.texts(), report, figures);
    }
    manifest.ended();
    report.end(figures, manifest);
    new Pages(root, options.write())
        .publish("cache", report.toString(), new Pages.Run(figures, manifest));
    System.out.println(figures.json("cache"));
  }

  /** All vectors fit: every request is a hit. */
  private void readOnly() throws IOException {
    long bytes = 2L * requests.count() * Slab.bytesOf(DIMENSIONS);
    List<Store> stores = new ArrayList<>(Stores.ofSextant(requests, bytes));
    stores.add(new Stores.Sextant(requests, bytes, Stores.DEFAULT, true));
    stores.add(new Stores.OfCaffeine(requests, requests.count()));
    stores.add(new Stores.OfChronicle(requests, work.resolve("chronicle.dat")));
    Stores.OfLmdb lmdb = new Stores.OfLmdb(requests, Files.createDirectories(work.resolve("lmdb")));
    stores.add(lmdb);
    for (Store store : stores) {
      for (int key = 0; key < requests.count(); key++) {
        store.put(key, requests.vector(key));
      }
    }
    lmdb.filled();
    List<Pass> passes = measure(stores, this::reads);
    report.hits(stores, passes.stream().map(p -> new double[] {p.nanos(), p.bytes()}).toList());
    figures.add("hit_ns", passes.getFirst().nanos());
    figures.add("alloc_bytes_per_hit", passes.getFirst().bytes());
    for (int i = 0; i < stores.size(); i++) {
      if (passes.get(i).hits() < 1) {
        throw new IllegalStateException(stores.get(i).name() + " missed what it was given");
      }
      figures.add(figureName(stores.get(i)), passes.get(i).nanos());
    }
    close(stores);
  }

  private static String figureName(Store store) {
    String name = store.name().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "caffeine" -> "caffeine_ns";
      case "chronicle map" -> "chronicle_ns";
      case "lmdbjava" -> "lmdb_ns";
      default -> name.replace("sextant ", "hit_").replace(", copied and checked", "_copy") + "_ns";
    };
  }

  /** Room for a quarter; each tenth request offers its key's vector. */
  private void withEviction() throws IOException {
    int room = requests.count() / 4;
    List<Store> stores =
        new ArrayList<>(Stores.ofSextant(requests, (long) room * Slab.bytesOf(DIMENSIONS)));
    stores.add(new Stores.OfCaffeine(requests, room));
    List<Pass> passes = measure(stores, this::readsAndWrites);
    report.mixed(
        stores, passes.stream().map(p -> new double[] {p.nanos(), p.bytes(), p.hits()}).toList());
    figures.add("mixed_ns", passes.getFirst().nanos());
    figures.add("mixed_caffeine_ns", passes.getLast().nanos());
    close(stores);
  }

  /** What the miss-ratio curve costs, and how far it is from caches of each size. */
  private void curve() {
    int room = requests.count() / 4;
    long capacity = (long) room * Slab.bytesOf(DIMENSIONS);
    double[] nanos = new double[ROUNDS];
    WorkloadSample sample = sample(capacity, room);
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      sample = sample(capacity, room);
      long start = THREADS.getCurrentThreadCpuTime();
      for (int key : requests.order()) {
        sample.request(requests.key(key).hash(), Slab.bytesOf(DIMENSIONS), 2_000);
      }
      if (round >= 0) {
        nanos[round] = (double) (THREADS.getCurrentThreadCpuTime() - start) / REQUESTS;
      }
    }
    double error = 0;
    List<WorkloadSample.Point> curve = sample.curve();
    for (WorkloadSample.Point point : curve) {
      int entries = Math.max(1, (int) (point.capacity() / Slab.bytesOf(DIMENSIONS)));
      CacheSimulation cache = new CacheSimulation(point.policy(), entries);
      int misses = 0;
      for (int key : requests.order()) {
        misses += cache.request(requests.key(key).hash()) ? 0 : 1;
      }
      error += Math.abs(point.missRatio() - (double) misses / REQUESTS) / curve.size();
    }
    report.curve(curve.size(), median(nanos), sample.extent(), 100 * error);
    figures.add("mrc_ns_per_request", median(nanos));
    figures.add("mrc_bytes", (double) sample.extent().bytes());
    figures.add("mrc_error_points", 100 * error);
  }

  private static WorkloadSample sample(long capacity, int entries) {
    CacheOptions usual = CacheOptions.defaults(Optional.empty());
    return new WorkloadSample(
        new WorkloadSample.Options(capacity, entries, usual.sampleKeys(), usual.sampleRate()));
  }

  private static void close(List<Store> stores) throws IOException {
    for (Store store : stores) {
      store.close();
    }
  }

  /** Medians of rounds in which the stores take turns. */
  private List<Pass> measure(List<Store> stores, Work work) {
    double[][] nanos = new double[stores.size()][ROUNDS];
    double[][] bytes = new double[stores.size()][ROUNDS];
    double[] hits = new double[stores.size()];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (int i = 0; i < stores.size(); i++) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long start = THREADS.getCurrentThreadCpuTime();
        int found = work.hits(stores.get(i));
        long end = THREADS.getCurrentThreadCpuTime();
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        if (round >= 0) {
          nanos[i][round] = (double) (end - start) / REQUESTS;
          bytes[i][round] = (double) allocated / REQUESTS;
          hits[i] = found;
        }
      }
    }
    List<Pass> passes = new ArrayList<>();
    for (int i = 0; i < stores.size(); i++) {
      passes.add(new Pass(median(nanos[i]), median(bytes[i]), hits[i] / REQUESTS));
    }
    return passes;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private int reads(Store store) {
    int[] order = requests.order();
    int hits = 0;
    for (int i = 0; i < order.length; i++) {
      int key = order[i];
      float first = store.get(key, requests.asked(i));
      hits += first == key ? 1 : 0;
    }
    return hits;
  }

  private int readsAndWrites(Store store) {
    float[] vector = requests.vector(0);
    int[] order = requests.order();
    int hits = 0;
    for (int i = 0; i < order.length; i++) {
      int key = order[i];
      if (i % WRITE_EVERY == 0) {
        vector[0] = key;
        store.put(key, store instanceof Stores.OfCaffeine ? vector.clone() : vector);
      } else {
        float first = store.get(key, requests.asked(i));
        hits += first == key ? 1 : 0;
      }
    }
    return hits * WRITE_EVERY / (WRITE_EVERY - 1);
  }
}
