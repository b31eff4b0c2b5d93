package dev.sextant.sql.plan;

import java.util.List;

/** What a statement asks about placement that gives rows. */
public sealed interface NumaQuery {
  /** EXPLAIN PLACEMENT of a plan. */
  record Placement(Plan plan) implements NumaQuery {}

  /**
   * MEASURE NUMA.
   *
   * @param bytes that are read, on each node
   * @param seconds the most that one measurement takes
   */
  record Measure(long bytes, double seconds) implements NumaQuery {}

  /** The names of the columns. */
  default List<String> columns() {
    return switch (this) {
      case Placement _ ->
          List.of(
              "region",
              "owner",
              "bytes",
              "placement",
              "evidence",
              "caller_node",
              "pages",
              "pages_by_node",
              "local_share");
      case Measure _ ->
          List.of(
              "cpu_node",
              "memory_node",
              "bytes",
              "latency_ns",
              "bandwidth_gb_s",
              "placement_evidence",
              "pin_evidence");
    };
  }
}
