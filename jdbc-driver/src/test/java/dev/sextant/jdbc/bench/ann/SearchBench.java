package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Figures;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Builds all contenders and searches them in turns, point by point. */
final class SearchBench implements AutoCloseable {
  static final double TARGET = 0.98;
  private static final List<Integer> EFS =
      List.of(10, 16, 24, 32, 40, 48, 56, 64, 80, 100, 120, 160, 240);
  private static final int WARM_UP_ROWS = 5_000;

  private final Contenders contenders;
  private final Dataset data;
  private final WorkFolder work;
  private final List<Curve> curves = new ArrayList<>();

  SearchBench(Contenders contenders, Dataset data, WorkFolder work) {
    this.contenders = contenders;
    this.data = data;
    this.work = work;
  }

  /**
   * Builds and searches.
   *
   * @param template a database with the rows and no vector index
   */
  void run(Path template, AnnOptions options) throws Exception {
    warmUp();
    List<Contender> all = new ArrayList<>(contenders.ours(data, template));
    all.addAll(contenders.javaPeers(data, work));
    all.addAll(contenders.nodePeers(data, work));
    all.forEach(contender -> curves.add(new Curve(contender)));
    if (options.parts().contains("two-threads")) {
      build(2);
    }
    build(1);
    search(options.rounds());
  }

  /** The JVM compiles before the clock starts: those in this process build a little first. */
  private void warmUp() throws Exception {
    Dataset few = data.limitedTo(WARM_UP_ROWS);
    Path template = work.file("warm-up.db");
    SextantTable.create(template, few);
    List<Contender> java = new ArrayList<>(contenders.ours(few, template));
    java.addAll(contenders.javaPeers(few, work));
    for (Contender contender : java) {
      try (contender) {
        contender.build(1);
        contender.search(EFS.getFirst());
      }
    }
  }

  private void build(int threads) throws InterruptedException {
    for (Iterator<Curve> left = curves.iterator(); left.hasNext(); ) {
      Curve curve = left.next();
      Contender contender = curve.contender();
      if (!contender.builds(threads)) {
        continue;
      }
      try {
        Contender.Build build = contender.build(threads);
        curve.built(threads, build);
        System.out.printf(
            Locale.ROOT,
            "  %-18s built on %d thread%s: %8.2f CPU-s, %8.2f s, %,d bytes on disk%n",
            contender.name(),
            threads,
            threads == 1 ? " " : "s",
            build.cpuSeconds(),
            build.wallSeconds(),
            build.diskBytes());
      } catch (InterruptedException stop) {
        throw stop;
      } catch (Exception failure) {
        drop(curve, failure);
        left.remove();
      }
    }
  }

  private void drop(Curve curve, Exception failure) {
    if (curve.contender().ours()) {
      throw new IllegalStateException(curve.contender().name() + " failed", failure);
    }
    contenders.skip(curve.contender().name(), failure);
    System.out.println("  " + curve.contender().name() + " skipped: " + failure.getMessage());
    try {
      curve.contender().close();
    } catch (Exception second) {
      failure.addSuppressed(second);
    }
  }

  private void search(int rounds) throws Exception {
    Truth truth = Truth.of(data, data.queries().length, (query, row) -> true);
    for (int round = 0; round <= rounds; round++) {
      for (int ef : EFS) {
        for (Iterator<Curve> left = curves.iterator(); left.hasNext(); ) {
          Curve curve = left.next();
          if (curve.contender().exact() && ef != EFS.getFirst()) {
            continue;
          }
          try {
            Contender.Found found = curve.contender().search(ef);
            if (round > 0) {
              curve.add(ef, truth.recall(found.rows()), found);
            }
          } catch (InterruptedException stop) {
            throw stop;
          } catch (Exception failure) {
            drop(curve, failure);
            left.remove();
          }
        }
      }
      System.out.println("  searched, round " + round + " of " + rounds);
    }
  }

  List<Curve> curves() {
    return curves;
  }

  /** Ours that is fastest at the target recall, or comes nearest to it. */
  Curve best() {
    return curves.stream()
        .filter(curve -> curve.contender().ours())
        .max(
            (a, b) ->
                Double.compare(
                    speed(a, TARGET).orElse(a.points().getLast().recall() - 1),
                    speed(b, TARGET).orElse(b.points().getLast().recall() - 1)))
        .orElseThrow();
  }

  /** The point of ours that the figures speak of. */
  Curve.Point headline() {
    Curve best = best();
    return best.firstAt(TARGET).orElse(best.points().getLast());
  }

  /** Queries per CPU-second at a recall. */
  static OptionalDouble speed(Curve curve, double recall) {
    return curve.speedAt(recall, Curve.Point::cpu);
  }

  private List<Curve> peersAt(double recall) {
    return curves.stream()
        .filter(curve -> !curve.contender().ours() && !curve.contender().exact())
        .filter(curve -> speed(curve, recall).isPresent())
        .toList();
  }

  /** The peer that is fastest at a recall. */
  Optional<Curve> bestPeer(double recall) {
    return peersAt(recall).stream()
        .max(
            (a, b) ->
                Double.compare(speed(a, recall).orElseThrow(), speed(b, recall).orElseThrow()));
  }

  /** The peer, of those that reach a recall, that is built in the least CPU time. */
  Optional<Curve> fastestBuilder(double recall) {
    return peersAt(recall).stream().min((a, b) -> Double.compare(buildCpu(a), buildCpu(b)));
  }

  private static double buildCpu(Curve curve) {
    Contender.Build build = curve.builds().get(1);
    return build == null ? Double.POSITIVE_INFINITY : build.cpuSeconds();
  }

  /** The figures of one data set. */
  void addTo(Figures figures) {
    Curve best = best();
    Curve.Point point = headline();
    figures.add("ours", best.contender().name());
    figures.add("ef_search", point.ef());
    figures.add("recall", point.recall());
    figures.add("qps", point.cpu());
    figures.add("qps_wall", point.wall());
    bestPeer(point.recall())
        .ifPresent(
            peer -> {
              double speed = speed(peer, point.recall()).orElseThrow();
              double wall = peer.speedAt(point.recall(), Curve.Point::wall).orElseThrow();
              figures.add("best_peer", peer.contender().name());
              figures.add("best_peer_qps", speed);
              figures.add("best_peer_qps_wall", wall);
              figures.add("qps_ratio", point.cpu() / speed);
              figures.add("qps_ratio_wall", point.wall() / wall);
            });
    speed(best, TARGET).ifPresent(speed -> figures.add("qps_at_0.98", speed));
    bestPeer(TARGET)
        .ifPresent(
            peer -> {
              figures.add("best_peer_at_0.98", peer.contender().name());
              figures.add("best_peer_qps_at_0.98", speed(peer, TARGET).orElseThrow());
            });
    figures.add("build_cpu_s", buildCpu(best));
    fastestBuilder(point.recall())
        .ifPresent(
            peer -> {
              figures.add("fastest_builder", peer.contender().name());
              figures.add("fastest_builder_cpu_s", buildCpu(peer));
              figures.add("build_ratio", buildCpu(best) / buildCpu(peer));
            });
  }

  @Override
  public void close() throws IOException, SQLException {
    for (Curve curve : curves) {
      curve.contender().close();
    }
  }
}
