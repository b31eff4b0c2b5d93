package dev.sextant.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The arrows between modules and packages, read from the compiled classes.
 *
 * <p>{@code jdbc-driver -> sql -> engine -> storage, udf}: a module uses what lies below it, never
 * what lies above or beside it.
 */
class LayeringTest {
  /**
   * A module.
   *
   * @param below the modules it may use
   */
  private record Module(String folder, String rootPackage, Set<String> below) {
    boolean holds(CompiledClass type) {
      return folder.equals(type.module());
    }
  }

  private static final List<Module> MODULES =
      List.of(
          new Module("storage", "dev.sextant.storage", Set.of()),
          new Module("udf", "dev.sextant.udf", Set.of()),
          new Module("engine", "dev.sextant.engine", Set.of("storage", "udf")),
          new Module("sql", "dev.sextant.sql", Set.of("engine", "storage", "udf")),
          new Module("jdbc-driver", "dev.sextant.jdbc", Set.of("sql", "engine", "storage", "udf")));

  /** Packages from outside, and the packages of ours that may use them. */
  private static final Map<String, Set<String>> OWNERS =
      Map.ofEntries(
          Map.entry("org.apache.calcite", Set.of("dev.sextant.sql")),
          Map.entry("org.sqlite", Set.of("dev.sextant.storage")),
          Map.entry("org.mozilla", Set.of("dev.sextant.udf.worker")),
          Map.entry("net.openhft", Set.of("dev.sextant.storage.cache.shared")),
          Map.entry("ai.onnxruntime", Set.of("dev.sextant.engine")),
          Map.entry("org.HdrHistogram", Set.of("dev.sextant.engine.measure.export")),
          Map.entry("jdk.jfr", Set.of("dev.sextant.engine.measure.events")),
          Map.entry("ai.djl", Set.of("dev.sextant.engine")),
          Map.entry("com.knuddels", Set.of("dev.sextant.engine.route.client")),
          Map.entry("com.sun.net.httpserver", Set.of("dev.sextant.engine.route.client")),
          Map.entry("java.net.http", Set.of("dev.sextant.engine")),
          Map.entry("java.sql", Set.of("dev.sextant.jdbc", "dev.sextant.storage.sqlite")),
          Map.entry("javax.sql", Set.of("dev.sextant.jdbc")),
          Map.entry("java.lang.foreign", Set.of("dev.sextant.storage", "dev.sextant.udf")),
          Map.entry("jdk.incubator.vector", Set.of("dev.sextant.storage.vector")),
          Map.entry("run.endive", Set.of("dev.sextant.udf.wasm")),
          Map.entry("sqlline", Set.of("dev.sextant.jdbc.shell")),
          Map.entry("org.jline", Set.of("dev.sextant.jdbc.shell")));

  @Test
  void aModuleKeepsToItsRootPackage() {
    Set<String> strangers = new TreeSet<>();
    for (CompiledClass type : House.classes()) {
      for (Module module : MODULES) {
        if (module.holds(type) && !isIn(type.packageName(), module.rootPackage())) {
          strangers.add(type.name() + " in " + type.module());
        }
      }
    }
    assertThat(strangers).as("classes outside their module's root package").isEmpty();
  }

  @Test
  void aModuleUsesOnlyWhatLiesBelowIt() {
    Set<String> upward = new TreeSet<>();
    for (Module module : MODULES) {
      for (CompiledClass type : House.classes(module.folder())) {
        for (String used : type.references()) {
          boolean wrong =
              MODULES.stream()
                  .filter(other -> isIn(used, other.rootPackage()) && !other.equals(module))
                  .anyMatch(other -> !module.below().contains(other.folder()));
          if (wrong) {
            upward.add(type.name() + " -> " + used);
          }
        }
      }
    }
    assertThat(upward)
        .as("jdbc-driver -> sql -> engine -> storage, udf; never upward, never sideways")
        .isEmpty();
  }

  @Test
  void librariesAreUsedOnlyByTheirOwners() {
    Set<String> foreign = new TreeSet<>();
    for (CompiledClass type : House.classes()) {
      for (String used : type.references()) {
        OWNERS.forEach(
            (library, owners) -> {
              boolean owned = owners.stream().anyMatch(owner -> isIn(type.name(), owner));
              if (isIn(used, library) && !owned) {
                foreign.add(type.name() + " -> " + used + ", which is for " + owners);
              }
            });
      }
    }
    assertThat(foreign).as("libraries used outside the packages that may").isEmpty();
  }

  @Test
  void packagesHaveNoCycles() {
    Map<String, Set<String>> uses = packageUses();
    Set<String> cyclic = new TreeSet<>();
    uses.forEach(
        (from, targets) -> {
          for (String to : targets) {
            if (reachable(uses, to).contains(from)) {
              cyclic.add(from + " -> " + to + " by " + witnesses(from, to));
            }
          }
        });
    assertThat(cyclic).as("arrows between packages that are part of a cycle").isEmpty();
  }

  /** Which package uses which, the uses left out that are exempt. */
  private static Map<String, Set<String>> packageUses() {
    Exemptions exempt = Exemptions.of("package cycle");
    Map<String, Set<String>> uses = new TreeMap<>();
    Set<String> packages = new TreeSet<>();
    House.classes().forEach(type -> packages.add(type.packageName()));
    for (CompiledClass type : House.classes()) {
      String from = type.packageName();
      for (String used : type.references()) {
        String target = packageOf(used);
        boolean other = packages.contains(target) && !target.equals(from);
        if (other && !exempt.covers(from + " -> " + used)) {
          uses.computeIfAbsent(from, key -> new TreeSet<>()).add(target);
        }
      }
    }
    exempt.requireAllUsed();
    return uses;
  }

  private static String packageOf(String type) {
    return type.substring(0, Math.max(0, type.lastIndexOf('.')));
  }

  private static Set<String> reachable(Map<String, Set<String>> uses, String from) {
    Set<String> seen = new TreeSet<>();
    List<String> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      String next = open.removeLast();
      if (seen.add(next)) {
        open.addAll(uses.getOrDefault(next, Set.of()));
      }
    }
    return seen;
  }

  /** Some of the uses that make an arrow. */
  private static List<String> witnesses(String from, String to) {
    return House.classes().stream()
        .filter(type -> type.packageName().equals(from))
        .flatMap(
            type ->
                type.references().stream()
                    .filter(used -> packageOf(used).equals(to))
                    .map(used -> type.outermost() + " -> " + used))
        .distinct()
        .limit(3)
        .toList();
  }

  private static boolean isIn(String name, String root) {
    return name.equals(root) || name.startsWith(root + ".");
  }
}
