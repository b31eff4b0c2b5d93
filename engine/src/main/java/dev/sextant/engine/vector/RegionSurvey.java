package dev.sextant.engine.vector;

import dev.sextant.engine.numa.PlacedSpace;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.NumaMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Gathers where indexes and columns lie in memory. */
final class RegionSurvey {
  private static final String CHANGED = "changed rows";
  private static final String NOTHING = "DEFAULT";

  private final NumaMachine machine;
  private final List<RegionReport> reports = new ArrayList<>();

  RegionSurvey(NumaMachine machine) {
    this.machine = machine;
  }

  List<RegionReport> reports() {
    return reports;
  }

  /** All copies of an index that has a placement. */
  void placed(HnswIndex index) {
    for (int part = 0; part < index.parts().size(); part++) {
      for (SegmentCopy copy : index.parts().get(part).copies()) {
        if (copy.space() != null) {
          add(index, part, copy);
        }
      }
    }
    if (index.changes().space() != null) {
      add(CHANGED, owner(index), index.changes());
    }
  }

  /** A column in memory that has a placement. */
  void placed(VectorColumn column, VectorMirror mirror) {
    mirror
        .placed()
        .filter(rows -> rows.space() != null)
        .ifPresent(rows -> add("rows", "column " + column.label(), rows));
  }

  /** What a search of an index reads on the calling thread. */
  void read(HnswIndex index) {
    for (int part = 0; part < index.parts().size(); part++) {
      add(index, part, index.parts().get(part).near());
    }
    add(CHANGED, owner(index), index.changes());
  }

  /** What an exact search reads. */
  void read(VectorMirror mirror) {
    mirror.placed().ifPresent(rows -> add("rows", "column " + mirror.label(), rows));
  }

  private static String owner(HnswIndex index) {
    return "index " + index.definition().name();
  }

  private void add(HnswIndex index, int part, SegmentCopy copy) {
    String copied = copy.node() < 0 ? "" : ", copy of node " + copy.node();
    reports.add(
        new RegionReport(
            "segment " + (part + 1) + copied,
            owner(index),
            copy.segment().bytes(),
            index.definition().placement().label(),
            enforcement(Optional.ofNullable(copy.space())),
            copy.evidence(),
            alive(() -> copy.segment().pagesByNode(machine.kernel()))));
  }

  private void add(String name, String owner, PlacedSegments.PlacedStore rows) {
    Optional<PlacedSpace> space = Optional.ofNullable(rows.space());
    reports.add(
        new RegionReport(
            name,
            owner,
            rows.store().bytes(),
            space.map(known -> known.wanted().placement().label()).orElse(NOTHING),
            enforcement(space),
            rows.evidence(),
            alive(() -> rows.store().pagesByNode(machine.kernel()))));
  }

  private static Enforcement enforcement(Optional<PlacedSpace> space) {
    return space.map(known -> known.wanted().enforcement()).orElse(Enforcement.SOFT);
  }

  /** What has been freed meanwhile has no pages. */
  private static Supplier<Map<Integer, Long>> alive(Supplier<Map<Integer, Long>> pages) {
    return () -> {
      try {
        return pages.get();
      } catch (StorageException closed) {
        if (closed.kind() == StorageException.Kind.CLOSED) {
          return Map.of();
        }
        throw closed;
      }
    };
  }
}
