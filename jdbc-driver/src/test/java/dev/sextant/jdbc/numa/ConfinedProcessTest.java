package dev.sextant.jdbc.numa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.numa.Capability;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.topology.IdSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Statements in processes that may not do all: within a cpuset, on some CPUs, without privileges,
 * and with mbind(2) refused. The kernel and its refusals are real; where the process is to see two
 * nodes, its files say so.
 */
final class ConfinedProcessTest {
  private static final int SECONDS = 120;
  private static final Path CPUSETS = Path.of("/sys/fs/cgroup/cpuset");

  @TempDir Path folder;

  private final IdSet cpus = NumaMachine.host().kernel().affinity(0).cpus();
  private final int first = cpus.first().orElse(0);

  /** What the statements have printed; see {@link ConfinedChild}. */
  private List<String> run(List<String> within, String denied, String machine, List<String> sql)
      throws Exception {
    List<String> command = new ArrayList<>(within);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            ConfinedChild.class.getName(),
            denied,
            machine));
    command.addAll(sql);
    Path errors = folder.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(said + Files.readString(errors)).isZero();
      return said.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }

  /** What one statement has printed. */
  private static List<String> of(List<String> said, int statement) {
    int at = 0;
    int from = 0;
    for (int line = 0; line < said.size(); line++) {
      if (said.get(line).equals(".")) {
        if (at == statement) {
          return said.subList(from, line);
        }
        at++;
        from = line + 1;
      }
    }
    throw new AssertionError("No statement " + statement + " in " + said);
  }

  private static final List<String> BOUND =
      List.of(
          "SELECT DISTINCT available, errno FROM sextant.numa_capabilities"
              + " WHERE capability LIKE 'mbind BIND STRICT%'",
          "CREATE NUMA REGION r SIZE '4MB' PLACEMENT BIND(0)",
          "CREATE NUMA REGION s SIZE '4MB' PLACEMENT BIND(0) ENFORCE STRICT",
          "SELECT region, evidence, errno FROM sextant.numa_regions ORDER BY region",
          "SELECT what, evidence, errno, refused FROM sextant.numa_enforcement_log",
          "CREATE TABLE t(id INTEGER PRIMARY KEY, e VECTOR(2))",
          "INSERT INTO t VALUES (1, '[1,2]'), (2, '[3,4]')",
          "CREATE INDEX t_e ON t USING hnsw (e vector_l2_ops)",
          "ALTER INDEX t_e SET PLACEMENT (BIND(0)) ENFORCE STRICT",
          "ALTER INDEX t_e SET PLACEMENT (BIND(0))",
          "SELECT id FROM t ORDER BY e <-> '[3,3]' LIMIT 1",
          "SET cache.placement = 'bind(0)'",
          "SELECT length(EMBED('a text'))",
          "SET numa.enforcement = strict",
          "SET cache.placement = 'preferred(0)'",
          "SELECT value FROM sextant.settings WHERE name = 'cache.placement'",
          "PIN SESSION TO NODE 0 ENFORCE STRICT",
          "SELECT available, errno FROM sextant.numa_capabilities"
              + " WHERE capability = 'mbind BIND MOVE_ALL'");

  @Test
  void whereMbindIsRefusedSoftGoesOnWithAWarningAndStrictIsAnError() throws Exception {
    List<String> said = run(List.of(), "mbind", twoNodes(), BOUND);
    String none = "none (EPERM, mbind gave EPERM)";
    assertThat(of(said, 0)).containsExactly("> 0|EPERM");
    assertThat(of(said, 1))
        .containsExactly("~ NUMA region \"r\" is not as BIND(0) wants it: " + none + ".");
    assertThat(of(said, 2)).singleElement().asString().startsWith("! 53000 ").contains(none);
    assertThat(of(said, 3)).containsExactly("> r|" + none + "|EPERM");
    assertThat(of(said, 4))
        .containsExactly("> region r|" + none + "|EPERM|0", "> region s|" + none + "|EPERM|1");
    assertThat(of(said, 8)).singleElement().asString().startsWith("! 53000 ").contains(none);
    assertThat(of(said, 9)).containsExactly("~ segment 1 of index t_e: " + none + ".");
    assertThat(of(said, 10)).containsExactly("> 2");
    assertThat(of(said, 12))
        .containsExactly(
            "> 1536", "~ The embedding cache is not as BIND(0) wants it: " + none + ".");
    assertThat(of(said, 14)).singleElement().asString().startsWith("! 53000 ").contains(none);
    assertThat(of(said, 15)).containsExactly("> bind(0)");
    assertThat(of(said, 16)).isEmpty();
  }

  @Test
  void withoutPrivilegesAllWorksButMovingWhatOthersShare() throws Exception {
    Assumptions.assumeTrue(
        NumaMachine.host().capabilities().stream().allMatch(ConfinedProcessTest::usable));
    List<String> all = run(List.of(), "root", twoNodes(), BOUND);
    int cut = all.indexOf("nobody");
    for (List<String> said : List.of(all.subList(0, cut), all.subList(cut + 1, all.size()))) {
      String there = "verified (1024 pages: 1024 pages on node 0)";
      assertThat(said).noneMatch(line -> line.startsWith("!") || line.startsWith("~"));
      assertThat(of(said, 0)).containsExactly("> 1|null");
      assertThat(of(said, 3)).containsExactly("> r|" + there + "|null", "> s|" + there + "|null");
      assertThat(of(said, 10)).containsExactly("> 2");
      assertThat(of(said, 15)).containsExactly("> preferred(0)");
    }
    assertThat(of(all.subList(cut + 1, all.size()), 17)).containsExactly("> 0|EPERM");
  }

  /** Whether placing works here at all: in a container it may not. */
  private static boolean usable(Capability capability) {
    return capability.available() || capability.neededFor().equals("nothing here");
  }

  private List<String> pinned() {
    int second = cpus.minus(IdSet.of(first)).first().orElse(first);
    return List.of(
        "SELECT DISTINCT cpus_allowed FROM sextant.numa_nodes WHERE cpus_allowed <> ''",
        "SELECT name, value FROM sextant.numa_limits WHERE source LIKE '%sextant-test%'"
            + " OR name = 'Cpus_allowed_list'",
        "PIN SESSION TO CPUS '" + second + "'",
        "PIN SESSION TO CPUS '" + second + "' ENFORCE STRICT",
        "PIN SESSION TO CPUS '" + first + "," + second + "' ENFORCE STRICT",
        "SELECT count(*) FROM sextant.numa_enforcement_log WHERE refused = 1",
        "PIN SESSION TO CPUS '" + first + "' ENFORCE STRICT",
        "UNPIN SESSION",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, e VECTOR(2))",
        "INSERT INTO t VALUES (1, '[1,2]'), (2, '[3,4]')",
        "CREATE INDEX t_e ON t USING hnsw (e vector_l2_ops)",
        "SELECT length(EMBED('a text'))",
        "SELECT DISTINCT cpus FROM sextant.numa_threads");
  }

  @Test
  void aCpusetThatForbidsCpusIsKeptToAndTold() throws Exception {
    Assumptions.assumeTrue(cpus.size() > 1, "one CPU");
    Assumptions.assumeTrue(
        Files.isWritable(CPUSETS.resolve("cgroup.procs")),
        "no cpuset of version 1 that this process may divide");
    Path group = CPUSETS.resolve("sextant-test-" + ProcessHandle.current().pid());
    Files.createDirectory(group);
    try {
      Files.writeString(group.resolve("cpuset.cpus"), "" + first);
      Files.writeString(
          group.resolve("cpuset.mems"), Files.readString(CPUSETS.resolve("cpuset.effective_mems")));
      Path processes = group.resolve("cgroup.procs");
      List<String> within = List.of("sh", "-c", "echo $$ > " + processes + " && exec \"$@\"", "sh");
      List<String> said = run(within, "nothing", "host", pinned());
      assertThat(of(said, 0)).containsExactly("> " + first);
      assertThat(of(said, 1))
          .contains("> Cpus_allowed_list|" + first, "> cpuset.effective_cpus|" + first);
      assertThat(of(said, 2))
          .singleElement()
          .asString()
          .startsWith("~ ")
          .contains("none is online and allowed, " + first + " are");
      assertThat(of(said, 3)).singleElement().asString().startsWith("! 53000 ").contains("EINVAL");
      assertThat(of(said, 4)).singleElement().asString().startsWith("! 53000 ").contains("narrow");
      assertThat(of(said, 5)).containsExactly("> 2");
      assertThat(of(said, 6)).isEmpty();
      assertThat(of(said, 11)).containsExactly("> 1536");
      assertThat(of(said, 12)).containsExactly("> " + first);
    } finally {
      Files.delete(group);
    }
  }

  /** A mask is no limit: the process may widen it, and a pin that does so is had. */
  @Test
  void aMaskOfCpusIsToldAndInherited() throws Exception {
    Assumptions.assumeTrue(cpus.size() > 1, "one CPU");
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/taskset")), "no taskset");
    List<String> within = List.of("taskset", "-c", "" + first);
    List<String> said = run(within, "nothing", "host", pinned());
    assertThat(said).noneMatch(line -> line.startsWith("!") || line.startsWith("~"));
    assertThat(of(said, 0)).containsExactly("> " + first);
    assertThat(of(said, 1)).containsExactly("> Cpus_allowed_list|" + first);
    assertThat(of(said, 5)).containsExactly("> 0");
    assertThat(of(said, 12)).containsExactly("> " + first);
  }

  private String twoNodes() throws IOException {
    Path machine = folder.resolve("machine");
    write(machine, "sys/devices/system/node/online", "0-1");
    for (int node = 0; node < 2; node++) {
      String path = "sys/devices/system/node/node" + node + "/";
      String start = "Node " + node + " Mem";
      write(machine, path + "cpulist", node == 0 ? cpus.toString() : "");
      write(machine, path + "distance", node == 0 ? "10 20" : "20 10");
      write(machine, path + "meminfo", start + "Total: 900000 kB\n" + start + "Free: 900000 kB");
    }
    write(
        machine, "proc/self/status", "Cpus_allowed_list:\t" + cpus + "\nMems_allowed_list:\t0-1\n");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return machine.toString();
  }

  private static void write(Path machine, String path, String text) throws IOException {
    Path file = machine.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }
}
