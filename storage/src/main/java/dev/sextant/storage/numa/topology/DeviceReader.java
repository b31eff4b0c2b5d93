package dev.sextant.storage.numa.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads devices. Where a device's own {@code numa_node} is absent or -1, its parents are asked, up
 * the tree of buses.
 */
final class DeviceReader {
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]");

  private record Shelf(String path, String kind) {}

  private static final List<Shelf> SHELVES =
      List.of(
          new Shelf("class/net", "net"),
          new Shelf("block", "block"),
          new Shelf("class/infiniband", "infiniband"),
          new Shelf("class/drm", "gpu"),
          new Shelf("bus/pci/devices", "pci"));

  private final SysTree tree;
  private final IdSet known;

  DeviceReader(SysTree tree, List<NumaNode> nodes) {
    this.tree = tree;
    this.known = IdSet.of(nodes.stream().map(NumaNode::id).toList());
  }

  List<Device> read() {
    List<Device> devices = new ArrayList<>();
    for (Shelf shelf : SHELVES) {
      for (Path link : tree.children(tree.sys(shelf.path()))) {
        if (Files.isDirectory(link)) {
          devices.add(device(link, shelf.kind()));
        }
      }
    }
    return devices;
  }

  /** What the way from a device up to the root tells. */
  private static final class Climb {
    private String address = "";
    private int node = -1;
    private String source = "";
    private boolean asked;
  }

  private Device device(Path link, String kind) {
    Climb climb = new Climb();
    climb(link, climb);
    if (climb.node < 0 && Files.isDirectory(link.resolve("device"))) {
      climb(link.resolve("device"), climb);
    }
    String source = climb.source;
    if (climb.node < 0) {
      source = climb.asked ? "none: -1 everywhere" : "none: no numa_node";
    } else if (!known.contains(climb.node)) {
      tree.note(
          link,
          "the device's node is unknown",
          "a node of " + known,
          "node " + climb.node + " from " + source);
      source = "none: node " + climb.node + " is absent";
      climb.node = -1;
    }
    return new Device(link.getFileName().toString(), kind, climb.address, climb.node, source);
  }

  private void climb(Path start, Climb climb) {
    Path root;
    Path at;
    try {
      root = tree.sys("").toRealPath();
      at = start.toRealPath();
    } catch (IOException failure) {
      tree.note(start, "the device is not followed", "a folder", failure.toString());
      return;
    }
    Set<Path> seen = new HashSet<>();
    for (int step = 0; step < TopologyLimits.PARENTS; step++) {
      Path name = at.getFileName();
      boolean inside = at.startsWith(root) && !at.equals(root) && name != null && seen.add(at);
      if (!inside) {
        return;
      }
      String text = name.toString().toLowerCase(Locale.ROOT);
      boolean pci = ADDRESS.matcher(text).matches();
      if (pci && climb.address.isEmpty()) {
        climb.address = text;
      }
      OptionalLong node = tree.number(at.resolve("numa_node"));
      climb.asked |= node.isPresent();
      if (node.isPresent() && node.getAsLong() >= 0 && node.getAsLong() <= IdSet.MAX_ID) {
        boolean own = step == 0 || (pci && climb.address.equals(text));
        climb.node = (int) node.getAsLong();
        climb.source = own ? "own" : "parent " + name;
        return;
      }
      Path parent = at.getParent();
      if (parent == null) {
        return;
      }
      at = parent;
    }
  }
}
