package dev.sextant.udf.worker;

import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/*
 * Functions share a worker only when all that the profile allows are taken: sharing costs nothing
 * but the heap, since each function has objects of its own, and a call has the worker to itself.
 * Nobody ever waits for a worker while he has one, so that two statements cannot wait for each
 * other.
 */
/** The workers of one profile. */
final class WorkerPool implements AutoCloseable {
  /** After so much work a worker is replaced, long before its limit of processor time. */
  private static final Duration RETIREMENT = Duration.ofMinutes(5);

  private final Supplier<Worker> starter;
  private final boolean keepsSpare;
  private final SandboxProfile profile;
  private final List<Place> places = new ArrayList<>();
  private Optional<Worker> spare = Optional.empty();
  private boolean closed;

  /** A worker and how many functions it holds. */
  private static final class Place {
    private final Worker worker;
    private int users;

    Place(Worker worker) {
      this.worker = worker;
    }
  }

  /** A pool that starts workers as it needs them, and perhaps one more. */
  WorkerPool(SandboxProfile profile, Supplier<Worker> starter, boolean keepsSpare) {
    this.profile = profile;
    this.starter = starter;
    this.keepsSpare = keepsSpare;
  }

  /** A worker with few functions; one that is not used yet, if there may be another one. */
  synchronized Worker take() {
    if (closed) {
      throw new UdfException(Failure.WORKER, "The workers are closed.");
    }
    places.forEach(place -> place.worker.closeIfGone());
    places.removeIf(place -> place.worker.isDead() || isRetired(place));
    Optional<Place> least = places.stream().min(Comparator.comparingInt(place -> place.users));
    Place place;
    if (least.isPresent()
        && (least.get().users == 0 || places.size() >= profile.limits().workers())) {
      place = least.get();
    } else {
      place = new Place(spare.orElseGet(starter));
      spare = Optional.empty();
      places.add(place);
    }
    place.users++;
    if (spare.isEmpty() && keepsSpare) {
      spare = another();
    }
    return place.worker;
  }

  /** A worker for later; none where it cannot be had, which the next who needs one is told. */
  private Optional<Worker> another() {
    try {
      return Optional.of(starter.get());
    } catch (UdfException notNow) {
      return Optional.empty();
    }
  }

  private static boolean isRetired(Place place) {
    boolean retired = place.users == 0 && place.worker.busy().compareTo(RETIREMENT) > 0;
    if (retired) {
      place.worker.close();
    }
    return retired;
  }

  /** Gives a worker back. */
  synchronized void release(Worker worker) {
    for (Place place : places) {
      if (place.worker == worker) {
        place.users--;
      }
    }
  }

  /** Those that run, and the spare. */
  synchronized List<WorkerRuntime.Status> status() {
    List<WorkerRuntime.Status> rows = new ArrayList<>();
    for (Place place : places) {
      if (!place.worker.isDead()) {
        rows.add(row(place.worker, place.users));
      }
    }
    spare.ifPresent(worker -> rows.add(row(worker, 0)));
    return rows;
  }

  private WorkerRuntime.Status row(Worker worker, int functions) {
    return new WorkerRuntime.Status(
        profile.name(), worker.processNumber(), functions, worker.busy());
  }

  @Override
  public void close() {
    List<Worker> workers = new ArrayList<>();
    synchronized (this) {
      closed = true;
      places.forEach(place -> workers.add(place.worker));
      spare.ifPresent(workers::add);
      places.clear();
      spare = Optional.empty();
    }
    workers.forEach(Worker::end);
  }
}
