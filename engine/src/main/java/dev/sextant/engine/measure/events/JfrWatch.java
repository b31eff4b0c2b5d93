package dev.sextant.engine.measure.events;

import dev.sextant.storage.probe.UnavailableException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingStream;
import org.jspecify.annotations.Nullable;

/*
 * Events arrive up to seconds after they happened, on a thread of the stream, and stop() waits
 * until all have come (JEP 349; RecordingStream.stop, since JDK 20). So nothing is attributed
 * before then. All fields that the callbacks write are read after stop(), which orders both.
 */
/** Watches by the Flight Recorder. */
final class JfrWatch implements EventWatch {
  private static final long NANOS = 1_000_000_000L;
  private static final Set<String> EXPLICIT = Set.of("System.gc()", "Allocation Stall");

  private final RecordingStream stream;
  private final SampleEvent sample = new SampleEvent();
  private final long thread = Thread.currentThread().threadId();
  private final List<Happening> happenings = new ArrayList<>();
  private final Map<Long, Long> safepoints = new HashMap<>();
  private final List<Given> givenUp = new ArrayList<>();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private long[] starts = new long[64];
  private long[] ends = new long[64];
  private int samples;

  /** A method whose compiled code was given up. */
  private record Given(String method, long at, String why) {}

  private JfrWatch(RecordingStream stream) {
    this.stream = stream;
    this.sample.watch = System.identityHashCode(this) ^ (thread << Integer.SIZE);
  }

  static JfrWatch open() throws UnavailableException {
    try {
      JfrWatch watch = new JfrWatch(new RecordingStream());
      watch.listen();
      return watch;
    } catch (IllegalStateException | SecurityException | java.io.UncheckedIOException refused) {
      throw new UnavailableException("the Flight Recorder cannot start: " + refused, refused);
    }
  }

  private void listen() {
    stream.onError(error -> failure.compareAndSet(null, new IllegalStateException(error)));
    on(SampleEvent.NAME, this::sample);
    on("jdk.GCPhasePause", e -> add(Happening.Kind.GC_PAUSE, e, e.getString("name")));
    on("jdk.GarbageCollection", this::collection);
    on("jdk.SafepointBegin", e -> safepoints.put(e.getLong("safepointId"), at(e.getStartTime())));
    on("jdk.SafepointEnd", this::safepoint);
    on("jdk.ZAllocationStall", this::stall);
    on("jdk.Compilation", e -> add(Happening.Kind.COMPILATION, e, method(e)));
    on("jdk.Deoptimization", this::deoptimized);
    stream.startAsync();
  }

  private void on(String event, java.util.function.Consumer<RecordedEvent> action) {
    stream.enable(event).withoutThreshold().withoutStackTrace();
    stream.onEvent(event, action);
  }

  private static long at(Instant instant) {
    return instant.getEpochSecond() * NANOS + instant.getNano();
  }

  private void add(Happening.Kind kind, RecordedEvent event, @Nullable String detail) {
    happenings.add(
        new Happening(
            kind, at(event.getStartTime()), at(event.getEndTime()), String.valueOf(detail)));
  }

  private void sample(RecordedEvent event) {
    if (event.getLong("watch") != sample.watch) {
      return;
    }
    int number = event.getInt("number");
    if (number >= starts.length) {
      int length = Math.max(number + 1, 2 * starts.length);
      starts = Arrays.copyOf(starts, length);
      ends = Arrays.copyOf(ends, length);
    }
    starts[number] = at(event.getStartTime());
    ends[number] = at(event.getEndTime());
  }

  private void collection(RecordedEvent event) {
    String cause = String.valueOf(event.getString("cause"));
    if (EXPLICIT.contains(cause)) {
      add(Happening.Kind.GC_CYCLE, event, event.getString("name") + " (" + cause + ")");
    }
  }

  private void safepoint(RecordedEvent event) {
    Long begin = safepoints.remove(event.getLong("safepointId"));
    if (begin != null) {
      long end = at(event.getEndTime());
      happenings.add(new Happening(Happening.Kind.SAFEPOINT, begin, end, "safepoint"));
    }
  }

  private boolean isOurs(RecordedEvent event) {
    RecordedThread by = event.getThread();
    return by != null && by.getJavaThreadId() == thread;
  }

  private void stall(RecordedEvent event) {
    if (isOurs(event)) {
      add(Happening.Kind.ALLOCATION_STALL, event, "allocation stall");
    }
  }

  private static String method(RecordedEvent event) {
    RecordedMethod method = event.getValue("method");
    return method == null
        ? "unknown method"
        : method.getType().getName() + "." + method.getName() + method.getDescriptor();
  }

  private void deoptimized(RecordedEvent event) {
    if (isOurs(event)) {
      givenUp.add(new Given(method(event), at(event.getStartTime()), event.getString("reason")));
    }
  }

  @Override
  public void begin() {
    sample.begin();
  }

  @Override
  public void end() {
    sample.end();
  }

  @Override
  public void commit() {
    sample.number = samples++;
    sample.commit();
  }

  @Override
  public Timeline stop() {
    stream.stop();
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    long last = samples == 0 || samples > ends.length ? Long.MAX_VALUE : ends[samples - 1];
    for (Given given : givenUp) {
      happenings.add(
          new Happening(
              Happening.Kind.DEOPTIMIZATION,
              given.at(),
              compiledAgain(given, last),
              given.method() + " (" + given.why() + ")"));
    }
    happenings.sort(Comparator.comparingLong(Happening::start));
    return new Timeline(Arrays.copyOf(starts, samples), Arrays.copyOf(ends, samples), happenings);
  }

  private long compiledAgain(Given given, long otherwise) {
    return happenings.stream()
        .filter(h -> h.kind() == Happening.Kind.COMPILATION && h.end() > given.at())
        .filter(h -> h.detail().equals(given.method()))
        .mapToLong(Happening::end)
        .min()
        .orElse(Math.max(otherwise, given.at()));
  }

  @Override
  public void close() {
    stream.close();
  }
}
