package dev.sextant.sql;

import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.MemoryPolicy;
import dev.sextant.storage.numa.kernel.Reply;
import dev.sextant.storage.numa.topology.IdSet;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A kernel of three nodes, 0 and 33 with CPUs 0-1 and 2-3 and node 250 with none, for statements:
 * it notes where it would have put each page, {@link #PAGES_33} at most on node 33. The memory that
 * it gives is ordinary. Safe for many threads, each with its own CPUs.
 */
final class NodesKernel implements Kernel {
  static final int PAGES_33 = 100;
  private static final int PAGE = 4096;
  private static final int MOST = 1 << 30;
  private static final IdSet ALL = IdSet.range(0, 4);

  private static final class Mapping {
    private final Arena arena = Arena.ofShared();
    private final long address;
    private final int[] nodes;
    private MemoryPolicy policy = MemoryPolicy.NONE;

    Mapping(int pages) {
      nodes = new int[pages];
      Arrays.fill(nodes, -1);
      address = arena.allocate((long) pages * PAGE, PAGE).address();
    }
  }

  private final TreeMap<Long, Mapping> mappings = new TreeMap<>();
  private final Map<String, Integer> refused = new ConcurrentHashMap<>();
  private final Map<Thread, IdSet> affinities = new ConcurrentHashMap<>();
  private final List<String> pins = new ArrayList<>();
  private int left = PAGES_33;

  /** Writes the files that tell of such a machine. */
  static void writeMachine(Path folder) throws IOException {
    write(folder, "sys/devices/system/node/online", "0,33,250");
    node(folder, 0, "0-1", "10 16 80");
    node(folder, 33, "2-3", "16 10 40");
    node(folder, 250, "", "80 40 10");
    write(folder, "proc/self/status", "Cpus_allowed_list:\t0-4\nMems_allowed_list:\t0,33,250\n");
  }

  private static void node(Path folder, int id, String cpus, String row) throws IOException {
    String path = "sys/devices/system/node/node" + id + "/";
    String start = "Node " + id + " Mem";
    write(folder, path + "cpulist", cpus);
    write(folder, path + "distance", row);
    write(folder, path + "meminfo", start + "Total: 9000 kB\n" + start + "Free: 9000 kB");
  }

  private static void write(Path folder, String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  /** Has a call fail from now on. */
  void refuse(String call, int errno) {
    refused.put(call, errno);
  }

  /** Regions that nobody has unmapped. */
  synchronized int mapped() {
    return mappings.size();
  }

  /** The CPUs that threads were put on, in order. */
  synchronized List<String> pins() {
    return List.copyOf(pins);
  }

  private Reply reply(String call) {
    Integer errno = refused.get(call);
    return errno == null ? Reply.of(0) : Reply.failed(errno);
  }

  private IdSet own() {
    return affinities.getOrDefault(Thread.currentThread(), ALL);
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
    int cpu = own().first().orElse(0);
    return new Location(reply("getcpu"), cpu, cpu < 2 ? 0 : 33);
  }

  @Override
  public Affinity affinity(int thread) {
    return new Affinity(reply("sched_getaffinity"), own());
  }

  @Override
  public synchronized Reply setAffinity(int thread, IdSet wanted) {
    Reply reply = reply("sched_setaffinity");
    IdSet kept = wanted.intersect(ALL);
    if (!reply.ok() || kept.isEmpty()) {
      return reply.ok() ? Reply.failed(Errno.EINVAL) : reply;
    }
    affinities.put(Thread.currentThread(), kept);
    pins.add(wanted.toString());
    return reply;
  }

  @Override
  public PolicyReply policy() {
    return new PolicyReply(reply("get_mempolicy"), MemoryPolicy.NONE);
  }

  @Override
  public Reply setPolicy(MemoryPolicy policy) {
    return reply("set_mempolicy");
  }

  @Override
  public synchronized Reply map(long bytes) {
    Mapping mapping = new Mapping((int) (bytes / PAGE));
    mappings.put(mapping.address, mapping);
    return Reply.of(mapping.address);
  }

  @Override
  public synchronized Reply unmap(long address, long bytes) {
    Mapping mapping = Objects.requireNonNull(mappings.remove(address));
    left += (int) Arrays.stream(mapping.nodes).filter(node -> node == 33).count();
    mapping.arena.close();
    return Reply.of(0);
  }

  @Override
  public synchronized Reply populate(long address, long bytes) {
    Mapping mapping = at(address);
    List<Integer> wanted = mapping.policy.nodes().toList();
    for (int page = 0; page < mapping.nodes.length; page++) {
      if (mapping.nodes[page] < 0) {
        int node = wanted.isEmpty() ? location().node() : wanted.get(page % wanted.size());
        mapping.nodes[page] = node == 33 && left == 0 ? 0 : node;
        left -= mapping.nodes[page] == 33 ? 1 : 0;
      }
    }
    return Reply.of(0);
  }

  @Override
  public Reply adviseLarge(long address, long bytes) {
    return reply("madvise large");
  }

  private Mapping at(long address) {
    return mappings.floorEntry(address).getValue();
  }

  @Override
  public Reply touch(long address, long bytes) {
    return populate(address, bytes);
  }

  @Override
  public synchronized Reply bind(long address, long bytes, MemoryPolicy policy, int flags) {
    Reply reply = reply("mbind");
    if (!reply.ok()) {
      return reply;
    }
    Mapping mapping = at(address);
    boolean elsewhere =
        Arrays.stream(mapping.nodes).anyMatch(n -> n >= 0 && !policy.nodes().contains(n));
    if ((flags & STRICT) != 0 && elsewhere) {
      return Reply.failed(Errno.EIO);
    }
    mapping.policy = policy;
    return reply;
  }

  @Override
  public synchronized Reply pageNodes(long address, int[] nodes) {
    Map.Entry<Long, Mapping> near = mappings.floorEntry(address);
    int first = near == null ? 0 : (int) Math.min(MOST, (address - near.getKey()) / PAGE);
    for (int page = 0; page < nodes.length; page++) {
      boolean ours = near != null && first + page < near.getValue().nodes.length;
      int node = ours ? near.getValue().nodes[first + page] : -1;
      nodes[page] = node < 0 ? -Errno.ENOENT : node;
    }
    return reply("move_pages");
  }

  @Override
  public Reply movePages(long address, int[] targets, int[] nodes) {
    return Reply.failed(Errno.ENOSYS);
  }
}
