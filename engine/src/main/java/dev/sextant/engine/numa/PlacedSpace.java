package dev.sextant.engine.numa;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.numa.PageSurvey;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Placement;
import dev.sextant.storage.numa.Space;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.topology.IdSet;
import java.util.List;
import java.util.Optional;

/** Memory for one user of it, all placed alike. Safe for many threads. */
public final class PlacedSpace implements Space {
  private final Placements placements;
  private final String what;
  private final Placement placement;
  private final Enforcement enforcement;
  private final Optional<Evidence> known;
  private final boolean inTurn;

  /**
   * A space.
   *
   * @param what for the log, such as {@code index docs_idx}
   * @param inTurn whether interleaving puts whole pieces on the nodes in turn, not their pages, so
   *     that each piece has a node of its own
   */
  PlacedSpace(Placements placements, String what, Wanted wanted, boolean inTurn) {
    this.placements = placements;
    this.what = what;
    this.placement = wanted.placement();
    this.enforcement = wanted.enforcement();
    this.inTurn = inTurn;
    this.known = placements.machine().placer().known(placement);
    known.ifPresent(evidence -> settle(evidence, 0));
  }

  /** A placement, and whether less than that is an error. */
  public record Wanted(Placement placement, Enforcement enforcement) {}

  /** The placement wanted. */
  public Wanted wanted() {
    return new Wanted(placement, enforcement);
  }

  /** What tells where its pages are. */
  public Kernel kernel() {
    return placements.machine().kernel();
  }

  /** Whether there is something to choose; no piece is given otherwise. */
  public boolean chooses() {
    return known.isEmpty();
  }

  /** What all of it has come to; known before anything is allocated where nothing can be chosen. */
  public Evidence evidence(List<PlacedRegion> regions) {
    return known.orElseGet(() -> PageSurvey.evidence(regions));
  }

  /**
   * What part of it comes to that is not in memory from here, for want of room.
   *
   * @param bytes of that part, from 1
   * @param where it is instead
   */
  public Evidence without(long bytes, String where) {
    int page = kernel().pageSize();
    return new Evidence.BestEffort((bytes + page - 1) / page, bytes + " bytes are " + where);
  }

  /**
   * Writes down that a part is not here, if there is something to choose.
   *
   * @param lacking made by {@link #without}
   * @throws SextantException {@code 53000} where that is to be strict
   */
  public void lack(Evidence lacking) {
    if (chooses()) {
      settle(lacking, 0);
    }
  }

  @Override
  public Optional<PlacedRegion> piece(long bytes, int number) {
    if (known.isPresent()) {
      return Optional.empty();
    }
    Placement here = placement;
    if (inTurn && placement instanceof Placement.Interleave(IdSet nodes)) {
      List<Integer> order = nodes.toList();
      here = new Placement.Preferred(order.get(number % order.size()));
    }
    PlacedRegion region = placements.machine().placer().allocate(bytes, here, Enforcement.SOFT);
    boolean kept = false;
    try {
      settle(region.evidence(), bytes);
      kept = true;
      return Optional.of(region);
    } finally {
      if (!kept) {
        region.close();
      }
    }
  }

  /** Writes down what is not as wanted, and refuses it where that is to be strict. */
  private void settle(Evidence evidence, long bytes) {
    if (!evidence.holds()) {
      placements.log().add(what, placement.label(), enforcement, evidence);
      if (enforcement == Enforcement.STRICT) {
        throw new SextantException(
            ErrorCode.OUT_OF_RESOURCES,
            placement.label()
                + " of "
                + what
                + " was to be strict but came to "
                + evidence.label()
                + (bytes == 0 ? "" : " for " + bytes + " bytes")
                + ". Free memory on the node, choose another placement, or do not enforce it.");
      }
    }
  }
}
