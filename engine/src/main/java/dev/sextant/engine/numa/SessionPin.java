package dev.sextant.engine.numa;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.numa.Pin;
import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.NumaNode;
import dev.sextant.storage.numa.topology.Topology;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A session has no thread of its own: a statement runs on the thread that calls it. So what is
 * kept is the wish, and each statement's thread is pinned while the statement executes and gets
 * back the CPUs that it had. A virtual thread is never pinned: the call would pin its carrier,
 * which other virtual threads run on, and stay there when this one has moved on.
 */
/** The CPUs that a session's statements are to run on. One thread at a time. */
public final class SessionPin {
  private static final String WHAT = "session";

  private final Placements placements;
  private @Nullable Wish wish;
  private @Nullable Evidence told;

  private record Wish(PinTarget target, IdSet cpus, Enforcement enforcement) {}

  /** No wish. */
  public SessionPin(Placements placements) {
    this.placements = placements;
  }

  /** What is wished for, as SQL writes it; empty where nothing is. */
  public Optional<String> wanted() {
    Wish known = wish;
    return known == null ? Optional.empty() : Optional.of(known.target().label());
  }

  /**
   * Pins statements from the next on. The calling thread is pinned and let go at once, to see
   * whether it can be.
   *
   * @throws SextantException {@code 22023} for a node or CPUs that are not there; {@code 53000}
   *     where it is to be strict and cannot be had: then the session is as before
   */
  public Evidence pin(PinTarget target, Enforcement enforcement) {
    Wish next = new Wish(target, cpus(target), enforcement);
    Evidence evidence = attempt(next, _ -> {}, () -> true).evidence();
    placements.log().add(WHAT, target.label(), enforcement, evidence);
    requireHeld(next, evidence);
    wish = next;
    told = evidence;
    return evidence;
  }

  /** Ends it. */
  public void unpin() {
    wish = null;
    told = null;
  }

  /**
   * Runs a statement on the CPUs wished for.
   *
   * @throws SextantException {@code 53000} where that is to be strict and cannot be had; nothing
   *     has run then
   */
  public <T> T during(Supplier<T> statement) {
    Wish known = wish;
    return known == null
        ? statement.get()
        : attempt(known, seen -> tell(known, seen), statement).result();
  }

  private record Attempted<T>(Evidence evidence, T result) {}

  private <T> Attempted<T> attempt(Wish wanted, Consumer<Evidence> before, Supplier<T> statement) {
    Optional<Evidence> known = known(wanted, placements.machine().topology());
    if (known.isPresent()) {
      before.accept(known.get());
      return new Attempted<>(known.get(), statement.get());
    }
    try (Pin pin = Pin.current(placements.machine().kernel(), wanted.cpus(), Enforcement.SOFT)) {
      Evidence seen = explained(pin.evidence(), wanted.cpus());
      before.accept(seen);
      return new Attempted<>(seen, statement.get());
    }
  }

  /** The kernel's EINVAL means that it would leave out all of the CPUs. */
  private Evidence explained(Evidence seen, IdSet cpus) {
    return seen instanceof Evidence.None(int errno, String reason) && errno == Errno.EINVAL
        ? new Evidence.None(
            errno,
            reason
                + ": of CPUs "
                + cpus
                + " none is online and allowed, "
                + placements.machine().topology().limits().cpus()
                + " are")
        : seen;
  }

  /** What needs no call of the kernel's. */
  private static Optional<Evidence> known(Wish wanted, Topology topology) {
    if (wanted.target() instanceof PinTarget.Node && topology.withCpus().size() == 1) {
      return Optional.of(new Evidence.NotApplicable("1 NUMA node"));
    }
    if (Thread.currentThread().isVirtual()) {
      return Optional.of(
          new Evidence.None(
              0, "a virtual thread cannot be pinned: that would pin its carrier for others too"));
    }
    return wanted.cpus().isEmpty()
        ? Optional.of(
            new Evidence.None(0, "no CPU of it is allowed to this process: sextant.numa_limits"))
        : Optional.empty();
  }

  /** A statement that fares otherwise than the one before is written down. */
  private void tell(Wish wanted, Evidence evidence) {
    if (!evidence.equals(told)) {
      placements.log().add(WHAT, wanted.target().label(), wanted.enforcement(), evidence);
      told = evidence;
    }
    requireHeld(wanted, evidence);
  }

  private static void requireHeld(Wish wanted, Evidence evidence) {
    if (wanted.enforcement() == Enforcement.STRICT && !evidence.holds()) {
      throw new SextantException(
          ErrorCode.OUT_OF_RESOURCES,
          "Pinning the session to "
              + wanted.target().label()
              + " was to be strict but came to "
              + evidence.label()
              + "; the thread is as before. See sextant.numa_cpus for what is allowed, or UNPIN"
              + " SESSION.");
    }
  }

  private IdSet cpus(PinTarget target) {
    Topology topology = placements.machine().topology();
    return switch (target) {
      case PinTarget.Node(int id) -> {
        NumaNode node =
            topology
                .node(id)
                .filter(NumaNode::online)
                .orElseThrow(
                    () ->
                        expects(
                            "a node of " + topology.online(), "node " + id, "sextant.numa_nodes"));
        if (node.cpus().isEmpty()) {
          throw expects(
              "a node with CPUs, of " + topology.withCpus(), "node " + id, "sextant.numa_nodes");
        }
        yield node.cpus().intersect(topology.limits().cpus());
      }
      case PinTarget.Cpus(IdSet ids) -> {
        if (ids.isEmpty()) {
          throw expects("at least one CPU", "none", "sextant.numa_cpus");
        }
        yield ids;
      }
    };
  }

  private static SextantException expects(String expected, String got, String table) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "PIN SESSION expects " + expected + " but got " + got + ". See " + table + ".");
  }
}
