package dev.sextant.engine.numa;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.numa.NodeWorkers;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Placement;
import dev.sextant.storage.numa.topology.Distances;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Topology;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What a database places on the machine's nodes: regions that statements create, drawn from its
 * budget and freed with it, and a log of all that was tried. Safe for many threads.
 */
public final class Placements implements AutoCloseable {
  /** Regions that may exist at one time. */
  public static final int MOST_REGIONS = 1_000;

  private final NumaMachine machine;
  private final MemoryBudget budget;
  private final Supplier<Rules> rules;
  private final EnforcementLog log;
  private final NodeWorkers workers;
  private final TreeMap<String, Named> regions = new TreeMap<>();
  private boolean closed;

  private record Named(PlacedRegion region, long drawn, Enforcement enforcement) {}

  /**
   * Nothing placed.
   *
   * @param rules what holds where a statement does not say
   */
  public Placements(
      NumaMachine machine, MemoryBudget budget, Supplier<Rules> rules, InstantSource clock) {
    this.machine = machine;
    this.budget = budget;
    this.rules = rules;
    this.log = new EnforcementLog(clock);
    this.workers = new NodeWorkers(machine, () -> rules.get().steal());
  }

  /** The machine. */
  public NumaMachine machine() {
    return machine;
  }

  /**
   * What holds where a statement does not say.
   *
   * @param enforcement whether a placement that is not had is an error
   * @param steal whose work idle workers take
   */
  public record Rules(Enforcement enforcement, NodeWorkers.Steal steal) {}

  /** The threads on each node; they start when there is something for them to do. */
  public NodeWorkers workers() {
    return workers;
  }

  /** What memory is drawn from. */
  public MemoryBudget budget() {
    return budget;
  }

  /** What was tried. */
  public EnforcementLog log() {
    return log;
  }

  /** What holds where a statement does not say. */
  public Enforcement enforcement() {
    return rules.get().enforcement();
  }

  /**
   * Allocates placed memory, and writes down what came of it. Not drawn from the budget: who asks
   * has done that.
   *
   * @param what for the log, such as {@code region r}
   * @throws SextantException {@code 53000} where it is to be strict and cannot be had: nothing is
   *     left allocated then
   */
  public PlacedRegion place(String what, long bytes, Placement placement, Enforcement how) {
    PlacedRegion region = machine.placer().allocate(bytes, placement, Enforcement.SOFT);
    Evidence evidence = region.evidence();
    log.add(what, placement.label(), how, evidence);
    if (how == Enforcement.STRICT && !evidence.holds()) {
      region.close();
      throw new SextantException(
          ErrorCode.OUT_OF_RESOURCES,
          placement.label()
              + " of "
              + bytes
              + " bytes for "
              + what
              + " was to be strict but came to "
              + evidence.label()
              + "; nothing was allocated. Free memory on the node, choose another, or do not"
              + " enforce it.");
    }
    return region;
  }

  /**
   * Memory for something that grows piece by piece.
   *
   * @param what for the log, such as {@code index docs_idx}
   * @throws SextantException {@code 53000} where it is to be strict and cannot be had, here or when
   *     a piece is asked for
   */
  public PlacedSpace space(String what, PlacedSpace.Wanted wanted, boolean inTurn) {
    return new PlacedSpace(this, what, wanted, inTurn);
  }

  /** Writes down what became of something that a statement asked for. */
  public void note(String what, PlacedSpace.Wanted wanted, Evidence evidence) {
    log.add(what, wanted.placement().label(), wanted.enforcement(), evidence);
  }

  /** The nodes that have memory and CPUs, both allowed to this process: replicas are for them. */
  public IdSet homes() {
    Topology topology = machine.topology();
    IdSet running = topology.nodesOf(topology.limits().cpus());
    return topology
        .withMemory()
        .intersect(topology.withCpus())
        .intersect(topology.limits().nodes())
        .intersect(running);
  }

  /** Of some nodes, the one that is nearest to the calling thread. */
  public OptionalInt nearest(IdSet nodes) {
    OptionalInt here = machine.currentNode();
    if (here.isEmpty() || nodes.contains(here.getAsInt())) {
      return here.isEmpty() ? nodes.first() : here;
    }
    Distances distances = machine.topology().distances();
    return nodes.stream()
        .boxed()
        .min(
            Comparator.comparingInt(
                node -> distances.between(here.getAsInt(), node).orElse(Integer.MAX_VALUE)))
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  /**
   * Creates a region.
   *
   * @throws SextantException {@code 42P07} where there is one of that name; {@code 22023} for a
   *     node that is absent; {@code 53000} where the budget or the machine has no more, or where it
   *     is to be strict and cannot be had: nothing is left allocated then
   */
  public synchronized Evidence create(
      String name, long bytes, Placement placement, Enforcement how) {
    String key = name.toLowerCase(Locale.ROOT);
    if (closed || regions.containsKey(key)) {
      throw new SextantException(
          closed ? ErrorCode.CONNECTION_CLOSED : ErrorCode.DUPLICATE_OBJECT,
          closed
              ? "The database is closed."
              : "There is already a NUMA region \"" + name + "\". Drop it, or name another.");
    }
    if (regions.size() == MOST_REGIONS) {
      throw new SextantException(
          ErrorCode.OUT_OF_RESOURCES,
          "There are " + MOST_REGIONS + " NUMA regions, as many as there may be. Drop some.");
    }
    int page = machine.kernel().pageSize();
    long drawn = (bytes + page - 1) / page * page;
    String what = "NUMA region \"" + name + "\"";
    budget.reserve(drawn, what);
    boolean kept = false;
    try {
      PlacedRegion region = place("region " + name, bytes, placement, how);
      regions.put(key, new Named(region, drawn, how));
      kept = true;
      return region.evidence();
    } finally {
      if (!kept) {
        budget.release(drawn);
      }
    }
  }

  /** Frees a region; says whether there was one. */
  public synchronized boolean drop(String name) {
    Named named = regions.remove(name.toLowerCase(Locale.ROOT));
    if (named != null) {
      free(named);
    }
    return named != null;
  }

  private void free(Named named) {
    named.region().close();
    budget.release(named.drawn());
  }

  /** The regions that statements have created, by name. */
  public synchronized List<RegionReport> regions() {
    List<RegionReport> report = new ArrayList<>();
    regions.forEach(
        (name, named) -> {
          PlacedRegion region = named.region();
          report.add(
              new RegionReport(
                  name,
                  "user",
                  region.bytes(),
                  region.placement().label(),
                  named.enforcement(),
                  region.evidence(),
                  region::pagesByNode));
        });
    return report;
  }

  @Override
  public void close() {
    workers.close();
    free();
  }

  private synchronized void free() {
    closed = true;
    regions.values().forEach(this::free);
    regions.clear();
  }
}
