package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.MemoryPolicy;
import dev.sextant.storage.numa.kernel.Reply;
import dev.sextant.storage.numa.topology.IdSet;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A kernel with nodes, free pages and policies as the real one keeps them, for what cannot be had
 * on every machine: many nodes, full ones, calls that are refused. Pages are counted, not backed:
 * the memory that it gives is the test's own.
 */
final class FakeKernel implements Kernel {
  private static final int PAGE = 4096;

  /** What the real kernel does to a process that touches a page it may get nowhere. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("the kernel would have killed the process");
    }
  }

  private static final class Mapping {
    private final Arena arena = Arena.ofShared();
    private final int[] nodes;
    private MemoryPolicy policy = MemoryPolicy.NONE;

    Mapping(int pages) {
      this.nodes = new int[pages];
      Arrays.fill(nodes, -1);
    }
  }

  private final TreeMap<Integer, Long> free = new TreeMap<>();
  private final Map<Integer, IdSet> cpus = new TreeMap<>();
  private final Map<Long, Mapping> mappings = new HashMap<>();
  private final Map<String, Integer> refused = new HashMap<>();
  private final List<String> calls = new ArrayList<>();
  private IdSet affinity = IdSet.EMPTY;
  private int cpu;
  private MemoryPolicy threadPolicy = MemoryPolicy.NONE;

  /** Adds a node; the first thread runs on the first CPU of all. */
  FakeKernel node(int id, IdSet own, long pages) {
    free.put(id, pages);
    cpus.put(id, own);
    affinity = affinity.union(own);
    cpu = affinity.first().orElse(0);
    return this;
  }

  /** Has a call fail from now on. */
  FakeKernel refuse(String call, int errno) {
    refused.put(call, errno);
    return this;
  }

  /** Regions that nobody has unmapped. */
  int mapped() {
    return mappings.size();
  }

  /** The names of the calls so far. */
  List<String> calls() {
    return calls;
  }

  long free(int node) {
    return free.getOrDefault(node, 0L);
  }

  /** Whether a call is refused; the reply if so. */
  private Reply begin(String call) {
    calls.add(call);
    Integer errno = refused.get(call);
    return errno == null ? Reply.of(0) : Reply.failed(errno);
  }

  @Override
  public String unavailable() {
    return "";
  }

  @Override
  public int pageSize() {
    return PAGE;
  }

  @Override
  public Reply threadId() {
    return Reply.of(Thread.currentThread().threadId());
  }

  @Override
  public Location location() {
    Reply reply = begin("getcpu");
    return reply.ok() ? new Location(reply, cpu, nodeOf(cpu)) : new Location(reply, -1, -1);
  }

  private int nodeOf(int wanted) {
    return cpus.entrySet().stream()
        .filter(node -> node.getValue().contains(wanted))
        .mapToInt(Map.Entry::getKey)
        .findFirst()
        .orElse(0);
  }

  @Override
  public Affinity affinity(int thread) {
    Reply reply = begin("sched_getaffinity");
    return new Affinity(reply, reply.ok() ? affinity : IdSet.EMPTY);
  }

  @Override
  public Reply setAffinity(int thread, IdSet wanted) {
    Reply reply = begin("sched_setaffinity");
    IdSet all = cpus.values().stream().reduce(IdSet.EMPTY, IdSet::union);
    IdSet kept = wanted.intersect(all);
    if (reply.ok() && kept.isEmpty()) {
      return Reply.failed(Errno.EINVAL);
    }
    if (reply.ok()) {
      affinity = kept;
      cpu = kept.contains(cpu) ? cpu : kept.first().orElseThrow();
    }
    return reply;
  }

  @Override
  public PolicyReply policy() {
    return new PolicyReply(begin("get_mempolicy"), threadPolicy);
  }

  @Override
  public Reply setPolicy(MemoryPolicy policy) {
    Reply reply = begin("set_mempolicy");
    if (reply.ok()) {
      threadPolicy = policy;
    }
    return reply;
  }

  @Override
  public Reply map(long bytes) {
    Reply reply = begin("mmap");
    if (!reply.ok()) {
      return reply;
    }
    Mapping mapping = new Mapping((int) (bytes / PAGE));
    long address = mapping.arena.allocate(bytes, PAGE).address();
    mappings.put(address, mapping);
    return Reply.of(address);
  }

  @Override
  public Reply unmap(long address, long bytes) {
    Mapping mapping = mappings.remove(address);
    if (mapping == null) {
      return Reply.failed(Errno.EINVAL);
    }
    for (int node : mapping.nodes) {
      if (node >= 0) {
        free.merge(node, 1L, Long::sum);
      }
    }
    mapping.arena.close();
    return begin("munmap");
  }

  @Override
  public Reply adviseLarge(long address, long bytes) {
    at(address);
    return begin("madvise large");
  }

  @Override
  public Reply populate(long address, long bytes) {
    Reply reply = begin("madvise");
    return reply.ok() ? fault(address) : reply;
  }

  @Override
  public Reply touch(long address, long bytes) {
    Reply reply = begin("touch");
    return reply.ok() ? fault(address) : reply;
  }

  private Mapping at(long address) {
    Mapping mapping = mappings.get(address);
    if (mapping == null) {
      throw new IllegalArgumentException("not mapped: " + address);
    }
    return mapping;
  }

  private Reply fault(long address) {
    Mapping mapping = at(address);
    MemoryPolicy policy =
        mapping.policy.plainMode() == MemoryPolicy.DEFAULT ? threadPolicy : mapping.policy;
    for (int page = 0; page < mapping.nodes.length; page++) {
      if (mapping.nodes[page] < 0) {
        int node = take(policy, page);
        if (node < 0) {
          return Reply.failed(Errno.ENOMEM);
        }
        mapping.nodes[page] = node;
      }
    }
    return Reply.of(0);
  }

  /** The node that a page comes from; -1 if none has any. */
  private int take(MemoryPolicy policy, int page) {
    List<Integer> nodes = policy.nodes().intersect(IdSet.of(free.keySet())).toList();
    int first =
        nodes.isEmpty()
            ? nodeOf(cpu)
            : switch (policy.plainMode()) {
              case MemoryPolicy.INTERLEAVE -> nodes.get(page % nodes.size());
              case MemoryPolicy.PREFERRED, MemoryPolicy.BIND -> nodes.getFirst();
              default -> nodeOf(cpu);
            };
    List<Integer> order = new ArrayList<>(List.of(first));
    boolean bound = policy.plainMode() == MemoryPolicy.BIND;
    order.addAll(bound ? nodes : free.keySet());
    for (int node : order) {
      if (free(node) > 0) {
        free.merge(node, -1L, Long::sum);
        return node;
      }
    }
    if (bound) {
      throw new Killed();
    }
    return -1;
  }

  @Override
  public Reply bind(long address, long bytes, MemoryPolicy policy, int flags) {
    Reply reply = begin("mbind");
    if (!reply.ok()) {
      return reply;
    }
    if ((flags & MOVE_ALL) != 0) {
      return Reply.failed(Errno.EPERM);
    }
    boolean none = policy.plainMode() == MemoryPolicy.DEFAULT || isLocal(policy);
    IdSet kept = policy.nodes().intersect(IdSet.of(free.keySet()));
    boolean named = !policy.nodes().isEmpty();
    boolean wrong = none ? named : kept.isEmpty();
    if (policy.plainMode() > MemoryPolicy.WEIGHTED_INTERLEAVE || wrong) {
      return Reply.failed(Errno.EINVAL);
    }
    Mapping mapping = at(address);
    boolean strict = (flags & STRICT) != 0;
    boolean move = (flags & MOVE) != 0;
    if (strict && !move && misplaced(mapping, kept)) {
      return Reply.failed(Errno.EIO);
    }
    mapping.policy = new MemoryPolicy(policy.mode(), kept);
    if (move) {
      moveAll(mapping, kept);
    }
    return strict && misplaced(mapping, kept) ? Reply.failed(Errno.EIO) : Reply.of(0);
  }

  private static boolean isLocal(MemoryPolicy policy) {
    boolean unnamed = policy.plainMode() == MemoryPolicy.PREFERRED && policy.nodes().isEmpty();
    return policy.plainMode() == MemoryPolicy.LOCAL || unnamed;
  }

  private static boolean misplaced(Mapping mapping, IdSet nodes) {
    return Arrays.stream(mapping.nodes).anyMatch(node -> node >= 0 && !nodes.contains(node));
  }

  private void moveAll(Mapping mapping, IdSet nodes) {
    for (int page = 0; page < mapping.nodes.length; page++) {
      int from = mapping.nodes[page];
      if (from < 0 || nodes.contains(from)) {
        continue;
      }
      for (int to : nodes.toList()) {
        if (mapping.nodes[page] == from && free(to) > 0) {
          free.merge(to, -1L, Long::sum);
          free.merge(from, 1L, Long::sum);
          mapping.nodes[page] = to;
        }
      }
    }
  }

  @Override
  public Reply pageNodes(long address, int[] nodes) {
    Reply reply = begin("move_pages");
    if (reply.ok()) {
      int[] own = at(address).nodes;
      for (int page = 0; page < nodes.length; page++) {
        nodes[page] = own[page] < 0 ? -Errno.ENOENT : own[page];
      }
    }
    return reply;
  }

  @Override
  public Reply movePages(long address, int[] targets, int[] nodes) {
    Reply reply = begin("move_pages");
    if (!reply.ok()) {
      return reply;
    }
    int[] own = at(address).nodes;
    for (int page = 0; page < nodes.length; page++) {
      if (!free.containsKey(targets[page])) {
        return Reply.failed(Errno.ENODEV);
      }
      if (own[page] >= 0 && free(targets[page]) > 0) {
        free.merge(targets[page], -1L, Long::sum);
        free.merge(own[page], 1L, Long::sum);
        own[page] = targets[page];
      }
      nodes[page] = own[page] < 0 ? -Errno.ENOENT : own[page];
    }
    return reply;
  }
}
