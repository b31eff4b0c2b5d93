package dev.sextant.udf.linux;

import dev.sextant.udf.SandboxProfile.Layer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What this host offers, found by asking the kernel.
 *
 * @param rows one for each layer or part of one
 */
public record Capabilities(List<Capability> rows) {
  /**
   * Something that a host offers or lacks.
   *
   * @param layer its name
   * @param available whether it is there
   * @param detail a version, or the error that the kernel gave
   */
  public record Capability(String layer, boolean available, String detail) {}

  private static final int KILL_PROCESS = 0x80000000;
  private static final int NOTIFY = 0x7fc00000;

  /** Capabilities that nobody can change. */
  public Capabilities {
    rows = List.copyOf(rows);
  }

  /** Asks the kernel. */
  public static Capabilities probe() {
    List<Capability> rows = new ArrayList<>();
    String system = System.getProperty("os.name", "?") + " " + System.getProperty("os.arch", "?");
    Optional<Kernel> kernel = Kernel.find();
    rows.add(new Capability("linux", kernel.isPresent(), system));
    if (kernel.isEmpty()) {
      rows.add(new Capability("seccomp", false, "not Linux on x86-64 or AArch64"));
      rows.add(new Capability("landlock", false, "not Linux on x86-64 or AArch64"));
      return new Capabilities(rows);
    }
    Kernel known = kernel.get();
    rows.add(result("seccomp", Seccomp.probe(known, KILL_PROCESS), "filters, kill_process"));
    rows.add(result("seccomp_notify", Seccomp.probe(known, NOTIFY), "user_notif"));
    long version = Landlock.version(known);
    rows.add(result("landlock", version, "version " + version));
    rows.add(spawn(known));
    return new Capabilities(rows);
  }

  private static Capability result(String layer, long result, String detail) {
    return result < 0
        ? new Capability(layer, false, NativeException.name((int) -result))
        : new Capability(layer, true, detail);
  }

  private static Capability spawn(Kernel kernel) {
    try {
      Spawner _ = new Spawner(kernel);
      return new Capability("spawn", true, "posix_spawn");
    } catch (NativeException tooOld) {
      return new Capability("spawn", false, String.valueOf(tooOld.getMessage()));
    }
  }

  /** The row of a layer. */
  public Capability row(String layer) {
    return rows.stream()
        .filter(row -> row.layer().equals(layer))
        .findFirst()
        .orElseGet(() -> new Capability(layer, false, "not asked for"));
  }

  /** The layers that this host lacks, of some that are required. */
  public Set<Layer> missing(Set<Layer> required) {
    Set<Layer> missing = EnumSet.noneOf(Layer.class);
    for (Layer layer : required) {
      if (!row(layer.name().toLowerCase(Locale.ROOT)).available()) {
        missing.add(layer);
      }
    }
    return missing;
  }
}
