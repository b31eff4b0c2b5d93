package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.MemoryPolicy;
import dev.sextant.storage.numa.kernel.Reply;
import dev.sextant.storage.numa.topology.IdSet;
import java.util.ArrayList;
import java.util.List;

/** Tries each call on the calling thread and on a few pages of its own; all is as before after. */
final class CapabilityTrial {
  private static final int PAGES = 4;

  private final Kernel kernel;
  private final IdSet node;
  private final List<Capability> found = new ArrayList<>();

  /**
   * A trial.
   *
   * @param nodes with memory, of which the first is used; empty where none is known
   */
  CapabilityTrial(Kernel kernel, IdSet nodes) {
    this.kernel = kernel;
    this.node = IdSet.of(nodes.first().orElse(0));
  }

  List<Capability> run() {
    threads();
    policies();
    memory();
    return List.copyOf(found);
  }

  private void add(String name, Reply reply, String tested, String neededFor) {
    found.add(new Capability(name, reply, tested, neededFor));
  }

  private void threads() {
    add("getcpu", kernel.location().reply(), "asked", "numa_current_node()");
    Kernel.Affinity affinity = kernel.affinity(0);
    add("sched_getaffinity", affinity.reply(), "own thread", "pinning with evidence");
    Reply set = affinity.reply().ok() ? kernel.setAffinity(0, affinity.cpus()) : affinity.reply();
    add("sched_setaffinity", set, "own thread, to the CPUs it had", "pinning");
  }

  private void policies() {
    Kernel.PolicyReply policy = kernel.policy();
    add("get_mempolicy", policy.reply(), "own thread", "knowing a policy that was inherited");
    Reply set = policy.reply().ok() ? kernel.setPolicy(policy.policy()) : policy.reply();
    add("set_mempolicy", set, "own thread, to the policy it had", "nothing here");
  }

  private void memory() {
    long bytes = (long) PAGES * kernel.pageSize();
    Reply mapped = kernel.map(bytes);
    add("mmap", mapped, PAGES + " pages", "placed regions");
    if (!mapped.ok()) {
      return;
    }
    long address = mapped.value();
    try {
      bind(address, bytes, MemoryPolicy.PREFERRED, 0);
      add(
          "madvise HUGEPAGE",
          kernel.adviseLarge(address, bytes),
          PAGES + " pages",
          "large pages; placed memory is on small ones without it");
      add(
          "madvise POPULATE_WRITE",
          kernel.populate(address, bytes),
          PAGES + " pages",
          "populating; pages are touched one by one without it");
      int[] nodes = new int[PAGES];
      add("move_pages", kernel.pageNodes(address, nodes), "asked of them", "counting pages");
      bind(address, bytes, MemoryPolicy.BIND, Kernel.STRICT);
      bind(address, bytes, MemoryPolicy.BIND, Kernel.STRICT | Kernel.MOVE);
      bind(address, bytes, MemoryPolicy.BIND, Kernel.MOVE_ALL);
      bind(address, bytes, MemoryPolicy.INTERLEAVE, 0);
      bind(address, bytes, MemoryPolicy.PREFERRED_MANY, 0);
      bind(address, bytes, MemoryPolicy.WEIGHTED_INTERLEAVE, 0);
    } finally {
      kernel.unmap(address, bytes);
    }
  }

  private void bind(long address, long bytes, int mode, int flags) {
    String name =
        switch (mode) {
          case MemoryPolicy.PREFERRED -> "PREFERRED";
          case MemoryPolicy.BIND -> "BIND";
          case MemoryPolicy.INTERLEAVE -> "INTERLEAVE";
          case MemoryPolicy.PREFERRED_MANY -> "PREFERRED_MANY";
          default -> "WEIGHTED_INTERLEAVE";
        };
    String how =
        ((flags & Kernel.STRICT) != 0 ? " STRICT" : "")
            + ((flags & Kernel.MOVE) != 0 ? " MOVE" : "")
            + ((flags & Kernel.MOVE_ALL) != 0 ? " MOVE_ALL" : "");
    boolean used = mode <= MemoryPolicy.INTERLEAVE && (flags & Kernel.MOVE_ALL) == 0;
    Reply reply = kernel.bind(address, bytes, MemoryPolicy.of(mode, node), flags);
    add("mbind " + name + how, reply, "on node " + node, used ? "placement" : "nothing here");
  }
}
