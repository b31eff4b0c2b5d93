package dev.sextant.storage.numa.topology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the threads of this process from {@code /proc/self/task}. */
public final class ThreadReader {
  /** The field of stat that tells the CPU, counted behind the name in parentheses; see proc(5). */
  private static final int CPU_FIELD = 36;

  /**
   * What was read.
   *
   * @param threads by number
   * @param notes what was odd
   */
  public record Threads(List<ThreadInfo> threads, List<DiscoveryNote> notes) {
    /** Copies. */
    public Threads {
      threads = List.copyOf(threads);
      notes = List.copyOf(notes);
    }
  }

  private final SysTree tree;
  private final Path folder;

  /** A reader of a procfs. */
  public ThreadReader(Path sys, Path proc) {
    this.tree = new SysTree(sys, proc);
    this.folder = tree.proc("self/task");
  }

  /**
   * Reads them. A thread that ends meanwhile is left out.
   *
   * @param session the number of the thread that asks
   */
  public Threads read(long session) {
    List<ThreadInfo> threads = new ArrayList<>();
    for (Path child : tree.children(folder)) {
      OptionalLong id = SysTree.whole(child.getFileName().toString());
      Optional<String> stat = tree.text(child.resolve("stat"));
      if (id.isPresent() && stat.isPresent()) {
        threads.add(thread((int) id.getAsLong(), child, stat.get(), session));
      }
    }
    threads.sort(java.util.Comparator.comparingInt(ThreadInfo::id));
    return new Threads(threads, tree.notes());
  }

  private ThreadInfo thread(int id, Path child, String stat, long session) {
    String name = tree.text(child.resolve("comm")).orElse("");
    Path status = child.resolve("status");
    IdSet allowed =
        SysTree.field(tree.text(status).orElse(""), "Cpus_allowed_list")
            .flatMap(list -> tree.ids(status, list, false))
            .orElse(IdSet.EMPTY);
    ThreadInfo.Kind kind = id == session ? ThreadInfo.Kind.SESSION : ThreadInfo.Kind.of(name);
    return new ThreadInfo(id, name, kind, allowed, cpu(child.resolve("stat"), stat));
  }

  /** The name in the second field may hold blanks and parentheses; the last one ends it. */
  private int cpu(Path file, String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    OptionalLong cpu =
        fields.length > CPU_FIELD ? SysTree.whole(fields[CPU_FIELD]) : OptionalLong.empty();
    if (cpu.isEmpty() || cpu.getAsLong() < 0 || cpu.getAsLong() > IdSet.MAX_ID) {
      tree.note(file, "the thread's CPU is unknown", "a number in field 39", stat);
      return -1;
    }
    return (int) cpu.getAsLong();
  }
}
