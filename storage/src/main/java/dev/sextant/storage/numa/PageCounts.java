package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.Reply;
import dev.sextant.storage.numa.topology.IdSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pages of a region by where they are, each one asked for by move_pages(2). A page is of the
 * kernel's page size, 4096 bytes mostly, also where a large page holds 512 of them: the kernel is
 * asked for each and answers with the large one's node.
 *
 * @param reply of the call; where it failed, nothing is counted
 * @param byNode pages on each node
 * @param absent pages that were never touched, or are swapped out
 */
record PageCounts(Reply reply, Map<Integer, Long> byNode, long absent) {
  private static final int AT_ONCE = 16_384;

  PageCounts {
    byNode = Map.copyOf(byNode);
  }

  static PageCounts of(Kernel kernel, long address, long bytes) {
    long pages = bytes / kernel.pageSize();
    Map<Integer, Long> byNode = new TreeMap<>();
    long absent = 0;
    for (long done = 0; done < pages; done += AT_ONCE) {
      int[] nodes = new int[(int) Math.min(AT_ONCE, pages - done)];
      Reply reply = kernel.pageNodes(address + done * kernel.pageSize(), nodes);
      if (!reply.ok()) {
        return new PageCounts(reply, Map.of(), 0);
      }
      for (int node : nodes) {
        if (node >= 0) {
          byNode.merge(node, 1L, Long::sum);
        } else {
          absent++;
        }
      }
    }
    return new PageCounts(Reply.of(0), byNode, absent);
  }

  long present() {
    return byNode.values().stream().mapToLong(Long::longValue).sum();
  }

  long on(IdSet nodes) {
    return byNode.entrySet().stream()
        .filter(count -> nodes.contains(count.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Pages by node, such as {@code 60 pages on node 1, 4 pages on node 0}. */
  String shown() {
    return new TreeMap<>(byNode)
        .entrySet().stream()
            .map(count -> count.getValue() + " pages on node " + count.getKey())
            .reduce((a, b) -> a + ", " + b)
            .orElse("no pages");
  }
}
