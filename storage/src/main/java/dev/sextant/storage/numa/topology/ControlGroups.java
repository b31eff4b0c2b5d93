package dev.sextant.storage.numa.topology;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Finds the folders of the process's control groups: by {@code /proc/self/cgroup} within the mounts
 * that {@code /proc/self/mountinfo} tells.
 */
final class ControlGroups {
  private static final String ANY = "";

  /**
   * A mounted hierarchy.
   *
   * @param controllers of version 1; of version 2 the one that is {@link #ANY}
   * @param root the group that is mounted there
   */
  private record Mount(List<String> controllers, String root, Path folder) {}

  private final SysTree tree;
  private final List<String> memberships;
  private final List<Mount> mounts = new ArrayList<>();

  ControlGroups(SysTree tree) {
    this.tree = tree;
    this.memberships = tree.text(tree.proc("self/cgroup")).orElse("").lines().toList();
    Path file = tree.proc("self/mountinfo");
    for (String line : tree.text(file).orElse("").lines().toList()) {
      if (line.contains(" - cgroup")) {
        addMount(file, line);
      }
    }
  }

  private void addMount(Path file, String line) {
    String[] halves = line.split(" - ", 2);
    String[] left = halves[0].split(" ", -1);
    String[] right = halves[1].split(" ", -1);
    if (left.length < 5 || right.length < 3) {
      tree.note(file, "the mount is left out", "5 fields, a dash and 3 fields", line);
      return;
    }
    if (!left[4].startsWith("/sys/")) {
      tree.note(file, "the control groups there are not read", "a mount below /sys", left[4]);
      return;
    }
    List<String> controllers =
        right[0].equals("cgroup2") ? List.of(ANY) : Arrays.asList(right[2].split(","));
    Path folder = tree.sys(left[4].substring("/sys/".length()));
    mounts.add(new Mount(controllers, left[3], folder));
  }

  /** The folders of a controller's group and of those above it, the group's own first. */
  List<Path> upwards(String controller) {
    List<Path> folders = new ArrayList<>(upwards(controller, controller));
    folders.addAll(upwards(ANY, ""));
    return folders;
  }

  private List<Path> upwards(String controller, String member) {
    Optional<Mount> mount =
        mounts.stream().filter(m -> m.controllers().contains(controller)).findFirst();
    Optional<String> path =
        memberships.stream()
            .map(line -> line.split(":", 3))
            .filter(parts -> parts.length == 3)
            .filter(parts -> Arrays.asList(parts[1].split(",", -1)).contains(member))
            .filter(parts -> !member.isEmpty() || parts[0].equals("0"))
            .map(parts -> parts[2])
            .findFirst();
    if (mount.isEmpty() || path.isEmpty()) {
      return List.of();
    }
    Path top = mount.get().folder();
    String root = mount.get().root().equals("/") ? "" : mount.get().root();
    String below = path.get().startsWith(root) ? path.get().substring(root.length()) : "";
    Path at = top;
    List<Path> folders = new ArrayList<>(List.of(top));
    for (String name : below.split("/", -1)) {
      at = name.isEmpty() || name.equals("..") ? at : at.resolve(name);
      if (!at.equals(folders.getLast()) && folders.size() < TopologyLimits.PARENTS) {
        folders.add(at);
      }
    }
    folders.removeIf(folder -> !Files.isDirectory(folder));
    return folders.reversed();
  }
}
