package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.MemoryPolicy;
import dev.sextant.storage.numa.kernel.Reply;
import dev.sextant.storage.numa.topology.IdSet;

/*
 * The order of the calls. Memory that is touched under MPOL_BIND while its node is full does not
 * fail: the kernel's OOM killer ends the process, whatever other nodes have free. So nothing is
 * touched under that policy. The region first prefers the node; it is populated, which spills to
 * other nodes where the node is full; only then it is bound, with MPOL_MF_STRICT, which fails with
 * EIO where a page is elsewhere. Then pages may be moved, once. A bind that was refused is followed
 * by the preference again: the kernel has kept the bound policy where only the moving failed, and a
 * page that is swapped out and in would be touched under it.
 */
/** Places one region of memory that nobody has touched yet. */
final class Placing {
  /** Pages that a large page may hold: interleaving gives a node so many more than another. */
  private static final long LARGE = 512;

  private final Kernel kernel;
  private final long address;
  private final long bytes;

  Placing(Kernel kernel, long address, long bytes) {
    this.kernel = kernel;
    this.address = address;
    this.bytes = bytes;
  }

  /**
   * Places and populates it.
   *
   * @throws MemoryExhausted where there is no memory anywhere
   */
  Evidence place(Placement placement) throws MemoryExhausted {
    return switch (placement) {
      case Placement.Local _ -> local();
      case Placement.Bind(int node) -> bound(node);
      case Placement.Preferred(int node) -> preferred(node);
      case Placement.Interleave(IdSet nodes) -> interleaved(nodes);
    };
  }

  private Reply policy(int mode, IdSet nodes, int flags) {
    MemoryPolicy policy =
        nodes.isEmpty() ? new MemoryPolicy(mode, nodes) : MemoryPolicy.of(mode, nodes);
    return kernel.bind(address, bytes, policy, flags);
  }

  private void populate() throws MemoryExhausted {
    Reply reply = kernel.populate(address, bytes);
    boolean refused =
        switch (reply.errno()) {
          case Errno.EINVAL, Errno.ENOSYS, Errno.EPERM, Errno.EACCES -> true;
          default -> false;
        };
    if (refused) {
      reply = kernel.touch(address, bytes);
    }
    if (!reply.ok()) {
      throw new MemoryExhausted(reply);
    }
  }

  private Evidence local() throws MemoryExhausted {
    Reply set = policy(MemoryPolicy.LOCAL, IdSet.EMPTY, 0);
    Kernel.Location before = kernel.location();
    populate();
    if (!set.ok()) {
      return Evidence.failed("mbind", set);
    }
    if (!before.reply().ok()) {
      return new Evidence.Applied("getcpu gave " + before.reply().error());
    }
    return counted(IdSet.of(before.node()));
  }

  private Evidence preferred(int node) throws MemoryExhausted {
    Reply set = policy(MemoryPolicy.PREFERRED, IdSet.of(node), 0);
    populate();
    return set.ok() ? counted(IdSet.of(node)) : Evidence.failed("mbind", set);
  }

  private Evidence bound(int node) throws MemoryExhausted {
    IdSet wanted = IdSet.of(node);
    Evidence prefers = preferred(node);
    if (prefers instanceof Evidence.None) {
      return prefers;
    }
    Reply bind = policy(MemoryPolicy.BIND, wanted, Kernel.STRICT);
    if (bind.errno() == Errno.EIO) {
      bind = policy(MemoryPolicy.BIND, wanted, Kernel.STRICT | Kernel.MOVE);
    }
    if (bind.ok()) {
      return counted(wanted);
    }
    Reply back = policy(MemoryPolicy.PREFERRED, wanted, 0);
    if (bind.errno() == Errno.EIO && back.ok()) {
      return counted(wanted) instanceof Evidence.BestEffort misplaced
          ? misplaced
          : new Evidence.Applied(
              "mbind gave EIO, though pages seem to be there; they are preferred");
    }
    return Evidence.failed("mbind", bind);
  }

  private Evidence interleaved(IdSet nodes) throws MemoryExhausted {
    Reply set = policy(MemoryPolicy.INTERLEAVE, nodes, 0);
    populate();
    if (!set.ok()) {
      return Evidence.failed("mbind", set);
    }
    PageCounts counts = PageCounts.of(kernel, address, bytes);
    long share = pages() / nodes.size();
    long missing =
        nodes.stream()
            .mapToLong(node -> share - counts.byNode().getOrDefault(node, 0L))
            .filter(lack -> lack > (pages() < LARGE ? 1 : LARGE))
            .sum();
    Evidence evidence = judged(counts, nodes);
    return evidence instanceof Evidence.Verified && missing > 0
        ? new Evidence.BestEffort(missing, counts.shown())
        : evidence;
  }

  private long pages() {
    return bytes / kernel.pageSize();
  }

  private Evidence counted(IdSet nodes) {
    return judged(PageCounts.of(kernel, address, bytes), nodes);
  }

  private Evidence judged(PageCounts counts, IdSet nodes) {
    if (!counts.reply().ok()) {
      return new Evidence.Applied("move_pages gave " + counts.reply().error());
    }
    long elsewhere = counts.present() - counts.on(nodes);
    if (elsewhere > 0) {
      return new Evidence.BestEffort(elsewhere, counts.shown());
    }
    if (counts.absent() > 0) {
      return new Evidence.Applied(counts.absent() + " of " + pages() + " pages are not there yet");
    }
    return new Evidence.Verified(counts.present(), "pages: " + counts.shown());
  }
}
