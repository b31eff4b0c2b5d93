package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.NumaMeasurement;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.engine.vector.KnnRequest;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.plan.NumaQuery;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.Step;
import dev.sextant.storage.vector.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers what statements ask about placement, as rows. */
final class NumaQueries {
  private static final double PERCENT = 1_000;

  private final Session session;
  private final BooleanSupplier cancelled;

  NumaQueries(StepRunner.Tools tools, BooleanSupplier cancelled) {
    this.session = tools.functions().session();
    this.cancelled = cancelled;
  }

  /** Rows as JSON. */
  String rows(NumaQuery query) {
    return Json.rows(
        switch (query) {
          case NumaQuery.Placement(Plan plan) -> placement(plan);
          case NumaQuery.Measure(long bytes, double seconds) -> measured(bytes, seconds);
        });
  }

  private List<List<@Nullable Object>> placement(Plan plan) {
    Map<String, RegionReport> regions = new LinkedHashMap<>();
    if (plan instanceof Plan.Compiled compiled) {
      for (Step step : compiled.steps()) {
        for (RegionReport region : read(step)) {
          regions.putIfAbsent(region.owner() + "/" + region.name(), region);
        }
      }
    }
    OptionalInt here = session.database().numa().currentNode();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    regions.values().forEach(region -> rows.add(row(region, here)));
    return rows;
  }

  private static List<@Nullable Object> row(RegionReport region, OptionalInt here) {
    Map<Integer, Long> pages = new TreeMap<>(region.pages().get());
    long all = pages.values().stream().mapToLong(Long::longValue).sum();
    long local = here.isPresent() ? pages.getOrDefault(here.getAsInt(), 0L) : 0;
    boolean told = all > 0 && here.isPresent();
    return Arrays.asList(
        region.name(),
        region.owner(),
        region.bytes(),
        region.wanted(),
        region.evidence().label(),
        here.isPresent() ? (Object) (long) here.getAsInt() : null,
        all,
        pages.entrySet().stream()
            .map(node -> node.getKey() + "=" + node.getValue())
            .collect(Collectors.joining(", ")),
        told ? (Object) (Math.round(local * PERCENT / all) / PERCENT) : null);
  }

  /** What a step reads, by the index or the rows that it would use now. */
  private List<RegionReport> read(Step step) {
    return switch (step) {
      case Step.Knn knn -> read(knn.column(), knn.metric(), knn.named());
      case Step.KnnJoin join -> read(join.column(), join.metric(), join.named());
      case Step.Hybrid hybrid -> read(hybrid.column(), hybrid.metric(), hybrid.named());
      case Step.Range range -> exact(range.column(), range.metric());
      case Step.EmbedTexts _, Step.EmbedRows _ ->
          session.database().cache().placed().stream().toList();
      case Step.MeasureRecall _,
          Step.NumaRows _,
          Step.Routing _,
          Step.Call _,
          Step.ChunkTexts _,
          Step.SimulateCache _,
          Step.ExpectCalls _,
          Step.SystemRows _,
          Step.QueryVector _,
          Step.Value _ ->
          List.of();
    };
  }

  private List<RegionReport> exact(VectorColumn column, Metric metric) {
    return read(column, metric, new Step.Named(null, new Step.WholeNumber(0, -1)));
  }

  private List<RegionReport> read(VectorColumn column, Metric metric, Step.@Nullable Named named) {
    KnnRequest request = KnnRequest.of(column, metric, new float[column.dimensions()], 1);
    KnnRequest wanted = request;
    if (named != null) {
      String index = named.index();
      wanted = index == null ? request.exactly() : request.by(index);
    }
    return session.database().vectors().read(session.connection(), wanted);
  }

  private List<List<@Nullable Object>> measured(long bytes, double seconds) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try {
      for (NumaMeasurement.Row row :
          new NumaMeasurement(session.database().placements(), cancelled).run(bytes, seconds)) {
        rows.add(
            Arrays.asList(
                (long) row.cpuNode(),
                (long) row.memoryNode(),
                bytes,
                row.latencyNanos(),
                row.gigabytesPerSecond(),
                row.placed().label(),
                row.pinned().label()));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SextantException(ErrorCode.CANCELLED, "MEASURE NUMA was interrupted.", interrupted);
    }
    return rows;
  }
}
