package dev.sextant.engine.measure;

import dev.sextant.engine.measure.MeasurementManifest.Field;
import dev.sextant.engine.measure.MeasurementManifest.Role;
import dev.sextant.storage.probe.CpuQuota;
import dev.sextant.storage.probe.UnavailableException;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a manifest says of the machine, its system and the JVM. */
public final class MachineManifest {
  private static final int MIB_BITS = 20;
  private static final int STOLEN_AT = 8;

  private final Path sys;
  private final Path proc;
  private final CpuQuota quota;

  /**
   * A machine.
   *
   * @param sys usually {@code /sys}
   * @param proc usually {@code /proc}
   */
  public MachineManifest(Path sys, Path proc, CpuQuota quota) {
    this.sys = sys;
    this.proc = proc;
    this.quota = quota;
  }

  /** The fields of the moment. */
  public List<Field> fields() {
    List<Field> fields = new ArrayList<>();
    fields.add(cpu());
    fields.add(
        Field.known(
            "cores", Integer.toString(Runtime.getRuntime().availableProcessors()), Role.STABLE));
    fields.add(file("governor", sys.resolve("devices/system/cpu/cpu0/cpufreq/scaling_governor")));
    fields.add(chosen("THP", sys.resolve("kernel/mm/transparent_hugepage/enabled")));
    fields.add(file("ASLR", proc.resolve("sys/kernel/randomize_va_space")));
    fields.add(quota());
    fields.add(
        Field.known(
            "kernel",
            System.getProperty("os.name") + " " + System.getProperty("os.version"),
            Role.STABLE));
    fields.add(
        Field.known(
            "JVM", System.getProperty("java.vm.name") + " " + Runtime.version(), Role.STABLE));
    fields.add(Field.known("JVM flags", flags(), Role.STABLE));
    fields.add(Field.known("GC", collectors(), Role.STABLE));
    fields.add(
        Field.known(
            "heap", (Runtime.getRuntime().maxMemory() >> MIB_BITS) + " MiB at most", Role.STABLE));
    fields.addAll(moment(""));
    return fields;
  }

  /** Those that change. */
  private List<Field> moment(String suffix) {
    return List.of(
        throttling("throttling" + suffix), stolen("stolen" + suffix), load("load" + suffix));
  }

  /** How those that change are at the end of a measurement. */
  public List<Field> ended() {
    return moment(" at the end");
  }

  private static Optional<String> firstLine(Path file) {
    try {
      return Files.isReadable(file)
          ? Files.readAllLines(file).stream().findFirst().map(String::strip)
          : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static Field file(String name, Path file) {
    return firstLine(file)
        .map(value -> Field.known(name, value, Role.STABLE))
        .orElse(Field.unknown(name, Role.STABLE, file + " cannot be read"));
  }

  /** The word in brackets, as in "always [madvise] never". */
  private static Field chosen(String name, Path file) {
    Field field = file(name, file);
    String text = field.value();
    if (text == null || text.indexOf('[') < 0) {
      return field;
    }
    return Field.known(name, text.substring(text.indexOf('[') + 1, text.indexOf(']')), Role.STABLE);
  }

  private Field cpu() {
    Path info = proc.resolve("cpuinfo");
    try {
      return Files.readAllLines(info).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .map(model -> Field.known("CPU", model, Role.STABLE))
          .orElse(Field.known("CPU", System.getProperty("os.arch"), Role.STABLE));
    } catch (IOException unreadable) {
      return Field.unknown("CPU", Role.STABLE, info + " cannot be read");
    }
  }

  private Field quota() {
    try {
      return Field.known("CPU quota", quota.describe(), Role.STABLE);
    } catch (UnavailableException unavailable) {
      return Field.unknown("CPU quota", Role.STABLE, unavailable.reason());
    }
  }

  private Field throttling(String name) {
    try {
      return Field.known(name, quota.describeThrottling(), Role.MOMENT);
    } catch (UnavailableException unavailable) {
      return Field.unknown(name, Role.MOMENT, unavailable.reason());
    }
  }

  /** What the host of a virtual machine took of all CPUs since it started: see proc_stat(5). */
  private Field stolen(String name) {
    Path stat = proc.resolve("stat");
    String[] ticks = firstLine(stat).orElse("").split(" +", -1);
    return ticks.length > STOLEN_AT && ticks[0].equals("cpu")
        ? Field.known(name, ticks[STOLEN_AT] + " ticks since the start", Role.MOMENT)
        : Field.unknown(name, Role.MOMENT, stat + " does not tell");
  }

  /** The flags that say something about speed; paths do not. */
  private static String flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.contains("/") && !flag.startsWith("-Xlog"))
        .collect(Collectors.joining(" "));
  }

  private static String collectors() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .map(GarbageCollectorMXBean::getName)
        .collect(Collectors.joining(", "));
  }

  /** The load at this moment. */
  public Field load() {
    return load("load");
  }

  private Field load(String name) {
    Path load = proc.resolve("loadavg");
    return firstLine(load)
        .map(value -> Field.known(name, value, Role.MOMENT))
        .orElse(Field.unknown(name, Role.MOMENT, load + " cannot be read"));
  }
}
