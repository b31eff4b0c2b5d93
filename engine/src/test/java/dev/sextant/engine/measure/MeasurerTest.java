package dev.sextant.engine.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.engine.measure.Confounder.Kind;
import dev.sextant.engine.measure.events.EventSource;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.probe.Counter;
import dev.sextant.storage.probe.HostProbes;
import dev.sextant.storage.probe.ProbeSource;
import dev.sextant.storage.probe.UnavailableException;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Disturbances are laid to the samples that they took the time of. */
class MeasurerTest {
  private static final int RUNS = 120;
  private static final int DISTURBED = 80;

  private double sink;

  private static Measurer.Tools tools(List<ProbeSource> probes, EventSource events) {
    return new Measurer.Tools(probes, events, Kernel.host(), CacheCounts.none(), System::nanoTime);
  }

  private static Measurer.Tools host() {
    return tools(HostProbes.host().sources(), EventSource.host());
  }

  /** Some work, with something else in one of its runs. */
  private Subject work(IntConsumer beside) {
    return new Subject() {
      private int run;

      @Override
      public void prepare(int number) {
        run = number;
      }

      @Override
      public long run() {
        for (int i = 0; i < 20_000; i++) {
          sink += Math.sqrt(i + sink);
        }
        beside.accept(run);
        return 1;
      }
    };
  }

  private Measured measure(Runnable disturbance) {
    Subject subject =
        work(
            run -> {
              if (run == DISTURBED) {
                disturbance.run();
              }
            });
    return new Measurer(host()).measure(MeasureOptions.runs(RUNS), List.of(subject), () -> false);
  }

  private static void assertFound(Measured measured, Kind kind) {
    Attribution.Found found = measured.found().get(DISTURBED);
    assertThat(found.confounders())
        .as(found.toString())
        .extracting(Confounder::kind)
        .contains(kind);
    assertThat(found.explained()).as(found.toString()).isGreaterThanOrEqualTo(0.9);
  }

  @Test
  void aCollectionIsFoundInTheSampleThatAskedForIt() {
    Measured measured = measure(System::gc);
    Attribution.Found found = measured.found().get(DISTURBED);
    assertThat(found.confounders())
        .as(found.toString())
        .extracting(Confounder::kind)
        .containsAnyOf(Kind.GC_PAUSE, Kind.GC_WAIT);
    assertThat(found.explained()).as(found.toString()).isGreaterThanOrEqualTo(0.9);
    assertThat(measured.checks())
        .as(measured.checks().toString())
        .extracting(SelfCheck::outcome)
        .containsOnly(SelfCheck.Outcome.PASSED);
    assertThat(measured.missing()).doesNotContainKey("gc_pause_ns");
    assertThat(measured.of(0)).hasSize(RUNS);
  }

  @Test
  void aSleepIsFound() {
    Subject sleep = new Injections(System::nanoTime, Kernel.host()).sleep();
    assertFound(measure(sleep::run), Kind.WAIT);
  }

  @Test
  void theFirstTouchOfMemoryIsFound() {
    long bytes = 64L << 20;
    Kernel kernel = Kernel.host();
    Measured measured =
        measure(
            () -> {
              long at = kernel.map(bytes).value();
              kernel.touch(at, bytes);
              kernel.unmap(at, bytes);
            });
    assertFound(measured, Kind.PAGE_FAULTS);
  }

  @Test
  void whatIsMissingIsSaidAndTheRestIsMeasured() {
    List<ProbeSource> probes =
        HostProbes.host().sources().stream()
            .map(s -> s.name().equals("schedstat") ? s.lacking("taken away") : s)
            .toList();
    EventSource none =
        () -> {
          throw new UnavailableException("no recorder");
        };
    Measured measured =
        new Measurer(tools(probes, none))
            .measure(MeasureOptions.runs(20), List.of(work(run -> {})), () -> false);
    assertThat(measured.missing())
        .containsEntry("gc_pause_ns", "no recorder")
        .containsEntry("run_queue_ns", "schedstat: taken away");
    assertThat(measured.samples().get(Counter.RUN_QUEUE_NANOS, 3)).isEqualTo(Counter.MISSING);
    assertThat(measured.samples().get(Counter.CPU_NANOS, 3)).isPositive();
    assertThat(measured.overlaps()).isEmpty();
    assertThat(measured.checks().getFirst().outcome()).isEqualTo(SelfCheck.Outcome.NOT_POSSIBLE);
  }

  @Test
  void twoAreMeasuredInTurn() {
    Measured measured =
        new Measurer(host())
            .measure(
                new MeasureOptions(60, 0, 5, 0, 7),
                List.of(work(run -> {}), work(run -> {})),
                () -> false);
    assertThat(measured.of(0)).hasSize(60);
    assertThat(measured.of(1)).hasSize(60);
    assertThat(measured.comparison()).isPresent();
    long firstBegan =
        IntStream.range(0, 60).filter(i -> measured.samples().subject(2 * i) == 0).count();
    assertThat(firstBegan).isBetween(15L, 45L);
  }

  @Test
  void aScheduleIsKept() {
    Measured measured =
        new Measurer(host())
            .measure(
                new MeasureOptions(20, 0, 0, 1_000_000, 1), List.of(work(run -> {})), () -> false);
    for (int i = 0; i < 20; i++) {
      assertThat(measured.samples().start(i)).isGreaterThanOrEqualTo(i * 1_000_000L);
    }
  }
}
