package dev.sextant.storage.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The CPU time that control groups, of version 1 or 2, leave to this process. Reads files when
 * asked.
 */
public final class CpuQuota {
  private final Path proc;
  private final Path cgroups;

  CpuQuota(Path proc, Path cgroups) {
    this.proc = proc;
    this.cgroups = cgroups;
  }

  /** A group's folder and the quota it sets. */
  private record Group(Path folder, String quota) {
    boolean isUnlimited() {
      return quota.startsWith("max") || quota.startsWith("-1");
    }
  }

  /** The process's groups, from its own one up. */
  private List<Group> groups() throws UnavailableException {
    List<Group> groups = new ArrayList<>();
    for (String line : lines(proc.resolve("self/cgroup"))) {
      String[] parts = line.split(":", 3);
      if (parts.length < 3) {
        continue;
      }
      boolean second = parts[0].equals("0");
      boolean first = List.of(parts[1].split(",", -1)).contains("cpu");
      if (second || first) {
        Path root = first ? cgroups.resolve(parts[1]) : cgroups;
        add(Files.isDirectory(root) ? root : cgroups.resolve("cpu"), parts[2], groups);
      }
    }
    if (groups.isEmpty()) {
      throw new UnavailableException("no control group of CPU time under " + cgroups);
    }
    return groups;
  }

  private static void add(Path root, String name, List<Group> groups) {
    Path folder = root.resolve(name.replaceFirst("^/+", "")).normalize();
    while (folder != null && folder.startsWith(root)) {
      Path version1 = folder.resolve("cpu.cfs_quota_us");
      String quota = first(folder.resolve("cpu.max")).or(() -> first(version1)).orElse("");
      if (!quota.isEmpty() && Files.isReadable(folder.resolve("cpu.stat"))) {
        groups.add(new Group(folder, quota));
      }
      folder = folder.getParent();
    }
  }

  private static Optional<String> first(Path file) {
    try {
      return Files.isReadable(file)
          ? Files.readAllLines(file).stream().findFirst()
          : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static List<String> lines(Path file) throws UnavailableException {
    try {
      return Files.readAllLines(file);
    } catch (IOException unreadable) {
      throw new UnavailableException(file + " cannot be read", unreadable);
    }
  }

  /** Whether no group limits CPU time. */
  boolean isUnlimited() throws UnavailableException {
    return groups().stream().allMatch(Group::isUnlimited);
  }

  /** The file that tells of throttling: of the innermost group that limits. */
  Path statistics() throws UnavailableException {
    List<Group> groups = groups();
    return groups.stream()
        .filter(group -> !group.isUnlimited())
        .findFirst()
        .orElse(groups.getFirst())
        .folder()
        .resolve("cpu.stat");
  }

  /**
   * What the kernel has counted of throttling by now, as {@code nr_periods 12, nr_throttled 3,
   * throttled_usec 77}.
   *
   * @throws UnavailableException where no group tells
   */
  public String describeThrottling() throws UnavailableException {
    return lines(statistics()).stream()
        .filter(line -> line.startsWith("nr_") || line.startsWith("throttled"))
        .collect(Collectors.joining(", "));
  }

  /**
   * The quota as the kernel writes it, or that there is none.
   *
   * @throws UnavailableException where no group tells
   */
  public String describe() throws UnavailableException {
    return groups().stream()
        .filter(group -> !group.isUnlimited())
        .findFirst()
        .map(Group::quota)
        .orElse("none");
  }
}
