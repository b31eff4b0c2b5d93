package dev.sextant.engine.measure;

import dev.sextant.engine.measure.events.Happening;
import dev.sextant.engine.measure.events.Timeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long what the JVM did lay within each sample. */
public final class Overlaps {
  private final long[][] nanos = new long[Happening.Kind.values().length][];
  private final long[] deoptimizations;
  private final Map<Integer, List<Happening>> parts = new HashMap<>();

  /**
   * Lays happenings over samples, which do not overlap one another.
   *
   * @param samples how many there are
   */
  Overlaps(Timeline timeline, int samples) {
    for (int kind = 0; kind < nanos.length; kind++) {
      nanos[kind] = new long[samples];
    }
    deoptimizations = new long[samples];
    for (Happening happening : timeline.happenings()) {
      for (int i = timeline.firstEndingBehind(happening.start());
          i < samples && timeline.start(i) <= happening.end();
          i++) {
        long from = Math.max(timeline.start(i), happening.start());
        long to = Math.min(timeline.end(i), happening.end());
        if (to >= from) {
          add(i, happening, to - from);
        }
      }
    }
  }

  private void add(int sample, Happening happening, long overlap) {
    nanos[slot(happening.kind())][sample] += overlap;
    if (happening.kind() == Happening.Kind.DEOPTIMIZATION) {
      deoptimizations[sample]++;
    }
    parts.computeIfAbsent(sample, s -> new ArrayList<>()).add(happening);
  }

  private static int slot(Happening.Kind kind) {
    return switch (kind) {
      case GC_PAUSE -> 0;
      case GC_CYCLE -> 1;
      case SAFEPOINT -> 2;
      case ALLOCATION_STALL -> 3;
      case COMPILATION -> 4;
      case DEOPTIMIZATION -> 5;
    };
  }

  /** Nanoseconds of a sample that lie in happenings of a kind. */
  public long nanos(Happening.Kind kind, int sample) {
    return nanos[slot(kind)][sample];
  }

  /** How often compiled code was given up in a sample, or had been and was not compiled again. */
  public long deoptimizations(int sample) {
    return deoptimizations[sample];
  }

  /** What happened in a sample, of one kind. */
  String details(Happening.Kind kind, int sample) {
    List<String> texts =
        parts.getOrDefault(sample, List.of()).stream()
            .filter(happening -> happening.kind() == kind)
            .map(Happening::detail)
            .distinct()
            .limit(3)
            .toList();
    return String.join("; ", texts);
  }
}
