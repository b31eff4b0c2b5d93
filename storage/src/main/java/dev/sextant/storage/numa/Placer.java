package dev.sextant.storage.numa;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.Reply;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Topology;
import java.util.Optional;

/** Gives memory that lies on chosen nodes, with evidence. */
public final class Placer {
  private final Topology topology;
  private final Kernel kernel;

  /** A placer on a machine. */
  public Placer(Topology topology, Kernel kernel) {
    this.topology = topology;
    this.kernel = kernel;
  }

  /**
   * Allocates zeros, on large pages where there is room for one and the kernel gives them. What was
   * placed is populated: all its pages are there. On a machine whose memory is one node's, nothing
   * else is asked of the kernel.
   *
   * @throws StorageException {@code PARAMETER} for a node that is absent, and under {@link
   *     Enforcement#STRICT} for one that has no memory or is not allowed; {@code RESOURCES} where
   *     there is no memory, and under {@link Enforcement#STRICT} where the evidence is not {@link
   *     Evidence.Verified} or {@link Evidence.NotApplicable}. Nothing is left allocated then.
   */
  public PlacedRegion allocate(long bytes, Placement placement, Enforcement enforcement) {
    int page = kernel.pageSize();
    if (bytes < 1 || bytes > (long) Integer.MAX_VALUE * page) {
      throw new StorageException(
          Kind.PARAMETER,
          "A region expects from 1 byte to " + Integer.MAX_VALUE + " pages but got " + bytes + ".");
    }
    Optional<Evidence> known = refuse(placement, enforcement);
    if (!kernel.unavailable().isEmpty()) {
      return ordinary(bytes, placement, enforcement, known);
    }
    long size = PlacedRegion.wholePages(kernel, bytes);
    Reply mapped = kernel.map(size);
    if (!mapped.ok()) {
      throw exhausted(bytes, "mmap gave " + mapped.error());
    }
    boolean kept = false;
    try {
      if (size >= Kernel.LARGE_PAGE) {
        Reply _ = kernel.adviseLarge(mapped.value(), size); // one without any says no, which is all
      }
      Placing placing = new Placing(kernel, mapped.value(), size);
      Evidence evidence = known.isPresent() ? known.get() : placing.place(placement);
      requireHeld(bytes, placement, enforcement, evidence);
      PlacedRegion region =
          PlacedRegion.mapped(
              kernel, mapped.value(), bytes, new PlacedRegion.Outcome(placement, evidence));
      kept = true;
      return region;
    } catch (MemoryExhausted none) {
      throw exhausted(bytes, "populating it gave " + none.getMessage());
    } finally {
      if (!kept) {
        kernel.unmap(mapped.value(), size);
      }
    }
  }

  /**
   * What a placement comes to where nothing has to be tried: there is nothing to choose, the node
   * is no place, or the kernel cannot be called.
   *
   * @throws StorageException {@code PARAMETER} for a node that is absent
   */
  public Optional<Evidence> known(Placement placement) {
    Optional<Evidence> known = refuse(placement, Enforcement.SOFT);
    return known.isPresent() || kernel.unavailable().isEmpty()
        ? known
        : Optional.of(new Evidence.None(Errno.ENOSYS, kernel.unavailable()));
  }

  /** Memory like any other, where no system call can be made. */
  private PlacedRegion ordinary(
      long bytes, Placement placement, Enforcement enforcement, Optional<Evidence> known) {
    Evidence evidence = known.orElse(new Evidence.None(Errno.ENOSYS, kernel.unavailable()));
    requireHeld(bytes, placement, enforcement, evidence);
    return PlacedRegion.ordinary(kernel, bytes, new PlacedRegion.Outcome(placement, evidence));
  }

  private static void requireHeld(
      long bytes, Placement placement, Enforcement enforcement, Evidence evidence) {
    if (enforcement == Enforcement.STRICT && !evidence.holds()) {
      throw new StorageException(
          Kind.RESOURCES,
          placement.label()
              + " of "
              + bytes
              + " bytes was to be strict but came to "
              + evidence.label()
              + "; nothing was allocated. Free memory on the node, choose another, or do not"
              + " enforce it.");
    }
  }

  private static StorageException exhausted(long bytes, String why) {
    return new StorageException(
        Kind.RESOURCES, "A region of " + bytes + " bytes cannot be allocated: " + why + ".");
  }

  /** What is known before anything is asked of the kernel. */
  private Optional<Evidence> refuse(Placement placement, Enforcement enforcement) {
    IdSet wanted = placement.nodes();
    IdSet absent = wanted.minus(topology.online());
    boolean nothing = placement instanceof Placement.Interleave && wanted.isEmpty();
    if (nothing || !absent.isEmpty()) {
      throw new StorageException(
          Kind.PARAMETER,
          placement.label()
              + " expects nodes of "
              + topology.online()
              + " but got "
              + (nothing ? "none" : "node " + absent)
              + ". See sextant.numa_nodes.");
    }
    IdSet bare = wanted.minus(topology.withMemory());
    IdSet forbidden = wanted.minus(topology.limits().nodes()).minus(bare);
    String reason =
        !bare.isEmpty()
            ? "node " + bare + " has no memory"
            : "node " + forbidden + " is not allowed to this process, by its cpuset";
    if (!bare.isEmpty() || !forbidden.isEmpty()) {
      if (enforcement == Enforcement.STRICT) {
        throw new StorageException(
            Kind.PARAMETER,
            placement.label() + " cannot be: " + reason + ". See sextant.numa_nodes.");
      }
      return Optional.of(new Evidence.None(0, reason));
    }
    if (topology.online().size() == 1) {
      return Optional.of(new Evidence.NotApplicable("1 NUMA node"));
    }
    if (topology.withMemory().size() == 1) {
      return Optional.of(new Evidence.NotApplicable("1 NUMA node with memory"));
    }
    return Optional.empty();
  }
}
