package dev.sextant.storage.numa;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.Reply;
import dev.sextant.storage.numa.topology.IdSet;

/**
 * The calling thread, kept on some CPUs until this is closed by the same thread. Threads that it
 * starts meanwhile are kept there, too, and stay there.
 */
public final class Pin implements AutoCloseable {
  private final Kernel kernel;
  private final long thread;
  private final IdSet before;
  private final Evidence evidence;
  private boolean closed;

  private Pin(Kernel kernel, long thread, IdSet before, Evidence evidence) {
    this.kernel = kernel;
    this.thread = thread;
    this.before = before;
    this.evidence = evidence;
  }

  /**
   * Pins the calling thread. The kernel leaves out CPUs that are absent or forbidden without an
   * error, so what it has kept is read back.
   *
   * @throws StorageException {@code PARAMETER} for no CPU, or on a virtual thread, which shares its
   *     carrier with others; {@code RESOURCES} under {@link Enforcement#STRICT} where the thread is
   *     not on just these CPUs. Its CPUs are as before then.
   */
  public static Pin current(Kernel kernel, IdSet cpus, Enforcement enforcement) {
    if (Thread.currentThread().isVirtual()) {
      throw new StorageException(
          Kind.PARAMETER,
          "A virtual thread cannot be pinned: it would pin its carrier, and run on others. Use a"
              + " platform thread.");
    }
    if (cpus.isEmpty()) {
      throw new StorageException(
          Kind.PARAMETER, "Pinning a thread expects CPUs but got none. See sextant.numa_cpus.");
    }
    Kernel.Affinity before = kernel.affinity(0);
    Evidence evidence = before.reply().ok() ? pin(kernel, cpus) : failedRead(before.reply());
    Pin pin = new Pin(kernel, kernel.threadId().value(), before.cpus(), evidence);
    if (enforcement == Enforcement.STRICT && !evidence.holds()) {
      pin.close();
      throw new StorageException(
          Kind.RESOURCES,
          "Pinning a thread to CPUs "
              + cpus
              + " was to be strict but came to "
              + evidence.label()
              + "; the thread is as before. See sextant.numa_cpus for those allowed.");
    }
    return pin;
  }

  private static Evidence failedRead(Reply reply) {
    return Evidence.failed("sched_getaffinity", reply);
  }

  private static Evidence pin(Kernel kernel, IdSet cpus) {
    Reply set = kernel.setAffinity(0, cpus);
    if (!set.ok()) {
      return Evidence.failed("sched_setaffinity", set);
    }
    Kernel.Affinity after = kernel.affinity(0);
    if (!after.reply().ok()) {
      return new Evidence.Applied("sched_getaffinity gave " + after.reply().error());
    }
    IdSet lost = cpus.minus(after.cpus());
    if (!lost.isEmpty()) {
      return new Evidence.BestEffort(lost.size(), "narrowed from " + cpus + " to " + after.cpus());
    }
    Kernel.Location now = kernel.location();
    if (!now.reply().ok()) {
      return new Evidence.Applied("getcpu gave " + now.reply().error());
    }
    return cpus.contains(now.cpu())
        ? new Evidence.Verified(cpus.size(), "CPUs: " + cpus)
        : new Evidence.BestEffort(1, "the thread runs on CPU " + now.cpu());
  }

  /** What it came to. */
  public Evidence evidence() {
    return evidence;
  }

  /**
   * Gives the thread the CPUs that it had.
   *
   * @throws StorageException {@code PARAMETER} from another thread
   */
  @Override
  public void close() {
    if (closed || before.isEmpty()) {
      return;
    }
    if (kernel.threadId().value() != thread) {
      throw new StorageException(
          Kind.PARAMETER, "A pinned thread expects to be let go by itself, not by another thread.");
    }
    closed = true;
    kernel.setAffinity(0, before);
  }
}
