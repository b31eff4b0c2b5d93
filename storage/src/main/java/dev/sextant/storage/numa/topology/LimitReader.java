package dev.sextant.storage.numa.topology;

import dev.sextant.storage.numa.topology.Limits.Limit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads what the process may use: its own status, and its control groups of version 1 and 2. */
final class LimitReader {
  /** Above this, version 1 means no limit; it writes the largest multiple of the page size. */
  private static final long NO_LIMIT = Long.MAX_VALUE >> 2;

  private final SysTree tree;
  private final IdSet allCpus;
  private final IdSet allNodes;
  private final List<Limit> found = new ArrayList<>();
  private double quota = -1;
  private long memory = -1;

  LimitReader(SysTree tree, List<NumaNode> nodes, List<Cpu> cpus) {
    this.tree = tree;
    this.allCpus = IdSet.of(cpus.stream().filter(Cpu::online).map(Cpu::id).toList());
    this.allNodes =
        IdSet.of(
            nodes.stream().filter(n -> n.online() && n.hasMemory()).map(NumaNode::id).toList());
  }

  Limits read() {
    Path status = tree.proc("self/status");
    Optional<String> text = tree.text(status);
    if (text.isEmpty()) {
      tree.note(status, "the process's own limits are unknown", "Cpus_allowed_list", "nothing");
    }
    Optional<IdSet> cpus = field(status, text.orElse(""), "Cpus_allowed_list");
    Optional<IdSet> nodes = field(status, text.orElse(""), "Mems_allowed_list");
    ControlGroups groups = new ControlGroups(tree);
    Optional<IdSet> groupCpus = nearest(groups, "cpuset", "cpuset.cpus.effective");
    if (groupCpus.isEmpty()) {
      groupCpus = nearest(groups, "cpuset", "cpuset.effective_cpus");
    }
    Optional<IdSet> groupNodes = nearest(groups, "cpuset", "cpuset.mems.effective");
    if (groupNodes.isEmpty()) {
      groupNodes = nearest(groups, "cpuset", "cpuset.effective_mems");
    }
    groups.upwards("cpu").forEach(this::quota);
    groups.upwards("memory").forEach(this::memory);
    return new Limits(
        within(status, cpus, groupCpus, allCpus),
        within(status, nodes, groupNodes, allNodes),
        quota,
        memory,
        found);
  }

  private Optional<IdSet> field(Path status, String text, String key) {
    Optional<String> value = SysTree.field(text, key);
    value.ifPresent(v -> found.add(new Limit(key, v, status.toString())));
    return value.flatMap(v -> tree.ids(status, v, false));
  }

  private Optional<IdSet> nearest(ControlGroups groups, String controller, String name) {
    for (Path folder : groups.upwards(controller)) {
      Optional<String> text = tree.text(folder.resolve(name));
      if (text.isPresent() && !text.get().isEmpty()) {
        found.add(new Limit(name, text.get(), folder.resolve(name).toString()));
        return tree.ids(folder.resolve(name), text.get(), false);
      }
    }
    return Optional.empty();
  }

  /** What the process says of itself, within what its control group says, within what is there. */
  private IdSet within(Path status, Optional<IdSet> own, Optional<IdSet> group, IdSet all) {
    if (own.isPresent()
        && group.isPresent()
        && !group.get().containsAll(own.get().intersect(all))) {
      tree.note(
          status,
          "the process is allowed more than its control group, both are applied",
          "within " + group.get(),
          own.get().toString());
    }
    return own.orElse(all).intersect(group.orElse(all)).intersect(all);
  }

  private void quota(Path folder) {
    Path file = folder.resolve("cpu.max");
    Optional<String> text = tree.text(file);
    if (text.isPresent()) {
      found.add(new Limit("cpu.max", text.get(), file.toString()));
      String[] parts = text.get().split("\\s+", -1);
      OptionalLong period = parts.length == 2 ? SysTree.whole(parts[1]) : OptionalLong.empty();
      OptionalLong share = SysTree.whole(parts[0]);
      boolean most = parts[0].equals("max");
      if (period.orElse(0) <= 0 || (!most && share.orElse(0) <= 0)) {
        String expected = "microseconds, or max, and a period";
        tree.note(file, "no limit is taken from it", expected, SysTree.quoted(text.get()));
      } else if (!most) {
        lower((double) share.getAsLong() / period.getAsLong());
      }
      return;
    }
    long share = tree.number(folder.resolve("cpu.cfs_quota_us")).orElse(-1);
    long period = tree.number(folder.resolve("cpu.cfs_period_us")).orElse(-1);
    if (share > 0 && period > 0) {
      Path source = folder.resolve("cpu.cfs_quota_us");
      found.add(new Limit("cpu.cfs_quota_us", share + " " + period, source.toString()));
      lower((double) share / period);
    }
  }

  private void lower(double cpus) {
    quota = quota < 0 ? cpus : Math.min(quota, cpus);
  }

  private void memory(Path folder) {
    for (String name : List.of("memory.max", "memory.limit_in_bytes")) {
      Path file = folder.resolve(name);
      Optional<String> text = tree.text(file);
      if (text.isEmpty()) {
        continue;
      }
      OptionalLong bytes = SysTree.whole(text.get());
      if (bytes.isPresent() && bytes.getAsLong() >= 0) {
        if (bytes.getAsLong() < NO_LIMIT) {
          found.add(new Limit(name, text.get(), file.toString()));
          memory = memory < 0 ? bytes.getAsLong() : Math.min(memory, bytes.getAsLong());
        }
      } else if (!text.get().equals("max")) {
        tree.note(file, "no limit is taken from it", "bytes, or max", SysTree.quoted(text.get()));
      }
      return;
    }
  }
}
