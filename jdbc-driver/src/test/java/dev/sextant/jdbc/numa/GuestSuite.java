package dev.sextant.jdbc.numa;

import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Placement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Placement on a real kernel with nodes 0 to 3, of which 3 has no CPUs, as {@code bin/numa-guest}
 * boots it. Every claim is checked by the kernel's count of pages. Nothing is timed.
 */
public final class GuestSuite {
  /** A control group that the guest has made. */
  private static final Path CONFINED = Path.of("/cg/confined");

  private static final int PAGES = 2_048;
  private static final long BYTES = PAGES * 4096L;

  private final Connection connection;
  private int passed;
  private int failed;

  private GuestSuite(Connection connection) {
    this.connection = connection;
  }

  /** A check; it fails by throwing. */
  @FunctionalInterface
  private interface Check {
    void run() throws SQLException;
  }

  /** Runs all checks and prints how many passed; fails where one has. */
  public static void main(String[] args) throws SQLException {
    int failed;
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:")) {
      GuestSuite suite = new GuestSuite(connection);
      suite.runAll();
      failed = suite.failed;
      System.out.println(suite.passed + " passed, " + suite.failed + " failed");
    }
    if (failed > 0) {
      throw new IllegalStateException(failed + " checks have failed; see the lines above.");
    }
  }

  private void runAll() {
    check("the nodes are those of the guest", this::nodes);
    check("the firmware's table of latencies is read", this::latencies);
    for (int node = 0; node < 4; node++) {
      int on = node;
      check("BIND(" + on + ")", () -> placed("BIND(" + on + ")", Map.of(on, (long) PAGES)));
    }
    check("PREFERRED(3)", () -> placed("PREFERRED(3)", Map.of(3, (long) PAGES)));
    long half = PAGES / 2;
    check("INTERLEAVE(1, 3)", () -> placed("INTERLEAVE(1, 3)", Map.of(1, half, 3, half)));
    check("a full node refuses what is strict, and nobody dies", this::fullNode);
    check("a full node spills what is soft, and it is counted", this::spilled);
    check("pages move to another node", this::migration);
    check("a session is pinned to a node", this::pinned);
    check("LOCAL is the node of the pinned session", this::local);
    check("an index is placed, replicated and read from the session's node", this::index);
    check("exact scans run on the workers of the nodes", this::workers);
    check("the embedding cache is placed and moved", this::cache);
    check("placed memory is on large pages where there are some", this::largePages);
    check("a node without CPUs is no place to pin to", this::memoryOnly);
    if (Files.isDirectory(CONFINED)) {
      check("a cpuset that forbids CPUs and nodes is kept to", this::confined);
    }
  }

  private void check(String name, Check check) {
    try {
      check.run();
      passed++;
      System.out.println("ok    " + name);
    } catch (SQLException | RuntimeException | AssertionError failure) {
      failed++;
      System.out.println("FAIL  " + name + ": " + failure);
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> rows(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> result = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(rows.getString(i)));
        }
        result.add(String.join("|", row));
      }
      return result;
    }
  }

  private static void same(Object expected, Object got) {
    if (!expected.equals(got)) {
      throw new AssertionError("expected " + expected + " but got " + got);
    }
  }

  private void fails(String sql, String state) throws SQLException {
    try {
      run(sql);
    } catch (SQLException refused) {
      same(state, String.valueOf(refused.getSQLState()));
      return;
    }
    throw new AssertionError("no error from " + sql);
  }

  private void nodes() throws SQLException {
    same(
        List.of("0|cpu+memory|0", "1|cpu+memory|1", "2|cpu+memory|2", "3|memory-only|"),
        rows("SELECT node, kind, cpus FROM sextant.numa_nodes"));
    same(List.of("17|28"), rows("SELECT numa_distance(3, 2), numa_distance(0, 3)"));
    same(
        List.of(),
        rows(
            "SELECT capability, errno FROM sextant.numa_capabilities WHERE available = 0"
                + " AND capability IN ('mbind', 'move_pages', 'sched_setaffinity')"));
  }

  private void latencies() throws SQLException {
    same(
        List.of("1"),
        rows(
            "SELECT count(*) > 0 FROM sextant.numa_distances"
                + " WHERE to_node = 3 AND read_latency_ns > 0"));
  }

  private List<String> pages() throws SQLException {
    return rows("SELECT node, pages FROM sextant.numa_pages WHERE region = 'r' ORDER BY node");
  }

  private void placed(String placement, Map<Integer, Long> expected) throws SQLException {
    run("CREATE NUMA REGION r SIZE " + BYTES + " PLACEMENT " + placement + " ENFORCE STRICT");
    try {
      same(
          expected.entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(e -> e.getKey() + "|" + e.getValue())
              .toList(),
          pages());
      same(
          List.of("1"),
          rows(
              "SELECT evidence LIKE 'verified ("
                  + PAGES
                  + "%' FROM sextant.numa_regions"
                  + " WHERE region = 'r'"));
    } finally {
      run("DROP NUMA REGION r");
    }
  }

  private void fullNode() throws SQLException {
    fails("CREATE NUMA REGION r SIZE '400MB' PLACEMENT BIND(3) ENFORCE STRICT", "53000");
    same(List.of("0"), rows("SELECT count(*) FROM sextant.numa_regions"));
    same(
        List.of("1|1"),
        rows(
            "SELECT refused, evidence LIKE 'best-effort (%' FROM sextant.numa_enforcement_log"
                + " ORDER BY attempt DESC LIMIT 1"));
  }

  private void spilled() throws SQLException {
    run("CREATE NUMA REGION r SIZE '300MB' PLACEMENT BIND(3)");
    try {
      same(
          List.of("1|1"),
          rows(
              "SELECT count(*) > 1, sum(pages) = 76800 FROM sextant.numa_pages"
                  + " WHERE region = 'r'"));
    } finally {
      run("DROP NUMA REGION r");
    }
  }

  private void migration() {
    NumaMachine machine = NumaMachine.host();
    try (PlacedRegion region =
        machine.placer().allocate(BYTES, new Placement.Preferred(1), Enforcement.STRICT)) {
      int[] targets = new int[PAGES];
      Arrays.fill(targets, 3);
      int[] reached = new int[PAGES];
      same(true, machine.kernel().movePages(region.memory().address(), targets, reached).ok());
      same(Map.of(3, (long) PAGES), region.pagesByNode());
    }
  }

  private void pinned() throws SQLException {
    for (int node : new int[] {2, 1, 0}) {
      run("PIN SESSION TO NODE " + node + " ENFORCE STRICT");
      same(List.of(String.valueOf(node)), rows("SELECT numa_current_node()"));
    }
    run("UNPIN SESSION");
    same(
        List.of("0-2"),
        rows("SELECT cpus FROM sextant.numa_threads WHERE kind = 'session' LIMIT 1"));
  }

  private void local() throws SQLException {
    run("PIN SESSION TO CPUS '2' ENFORCE STRICT");
    try {
      placed("LOCAL", Map.of(2, (long) PAGES));
    } finally {
      run("UNPIN SESSION");
    }
  }

  private void index() throws SQLException {
    run("CREATE TABLE docs(id INTEGER PRIMARY KEY, e VECTOR(16))");
    run(
        "INSERT INTO docs WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 3000) SELECT i, format('[%d,%d,%d,1,2,3,4,5,6,7,8,9,1,2,3,4]',"
            + " i % 61, i % 53, i % 47) FROM n");
    run(
        "CREATE INDEX docs_e ON docs USING hnsw (e vector_l2_ops)"
            + " WITH (m = 4, ef_construction = 8)");
    String near = "SELECT id FROM docs ORDER BY e <-> '[1,1,1,1,2,3,4,5,6,7,8,9,1,2,3,4]' LIMIT 5";
    List<String> found = rows(near);
    String lies =
        "SELECT DISTINCT region, node FROM sextant.numa_pages WHERE region LIKE 'segment%'"
            + " ORDER BY 1, 2";
    for (int node = 0; node < 4; node++) {
      run("ALTER INDEX docs_e SET PLACEMENT (BIND(" + node + ")) ENFORCE STRICT");
      same(List.of("segment 1|" + node), rows(lies));
      same(found, rows(near));
    }
    run("ALTER INDEX docs_e SET PLACEMENT (REPLICATE) ENFORCE STRICT");
    same(
        List.of(
            "segment 1, copy of node 0|0",
            "segment 1, copy of node 1|1",
            "segment 1, copy of node 2|2"),
        rows(lies));
    for (int node = 0; node < 3; node++) {
      run("PIN SESSION TO NODE " + node + " ENFORCE STRICT");
      String first = rows("EXPLAIN PLACEMENT " + near).getFirst();
      same(
          true,
          first.startsWith("segment 1, copy of node " + node + "|") && first.endsWith("|1.0"));
      same(found, rows(near));
    }
    run("UNPIN SESSION");
  }

  private void workers() throws SQLException {
    run("CREATE TABLE wide(id INTEGER PRIMARY KEY, e VECTOR(256))");
    run(
        "INSERT INTO wide WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 7000) SELECT i, zeroblob(1024) FROM n");
    run(
        "CREATE INDEX wide_e ON wide USING hnsw (e vector_l2_ops)"
            + " WITH (m = 2, ef_construction = 4)");
    run("ALTER INDEX wide_e SET PLACEMENT (INTERLEAVE(0, 1, 2)) ENFORCE STRICT");
    String zeros = "[" + "0,".repeat(255) + "0]";
    rows("SELECT id FROM wide ORDER BY e <#> '" + zeros + "' LIMIT 3");
    same(
        List.of("0", "1", "2"),
        rows(
            "SELECT DISTINCT node FROM sextant.numa_pages WHERE owner = 'column wide.e'"
                + " ORDER BY 1"));
    same(List.of("0|1", "1|1", "2|1"), rows("SELECT node, workers FROM sextant.numa_pools"));
    same(
        List.of(),
        rows(
            "SELECT worker, evidence FROM sextant.numa_workers"
                + " WHERE evidence NOT LIKE 'verified%'"));
    same(List.of("1"), rows("SELECT sum(tasks) >= 3 FROM sextant.numa_locality"));
  }

  private void cache() throws SQLException {
    String lies = "SELECT node, pages FROM sextant.numa_pages WHERE owner = 'embedding cache'";
    run("SET numa.enforcement = strict");
    run("SET cache.placement = 'bind(1)'");
    run("CALL cache_evict(0)"); // opens it
    same(List.of("1|" + PAGES), rows(lies));
    run("SET cache.placement = 'bind(3)'");
    same(List.of("3|" + PAGES), rows(lies));
    same(
        List.of("1"),
        rows(
            "SELECT evidence LIKE 'verified (%' FROM sextant.numa_regions"
                + " WHERE owner = 'embedding cache'"));
    fails("SET cache.placement = 'bind(4)'", "22023");
    run("SET cache.placement = 'interleave(1,2)'");
    same(List.of("1", "2"), rows("SELECT node FROM (" + lies + ") ORDER BY node"));
    run("SET cache.placement = default");
    same(List.of(), rows(lies));
    run("SET numa.enforcement = soft");
  }

  private void largePages() throws SQLException {
    try {
      Path setting = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
      if (!Files.exists(setting) || Files.readString(setting).contains("[never]")) {
        System.out.println("      (this kernel has no large pages to give)");
        return;
      }
      long before = largeKilobytes();
      run("CREATE NUMA REGION r SIZE " + BYTES + " PLACEMENT BIND(1) ENFORCE STRICT");
      long more = largeKilobytes() - before;
      same(List.of("1|" + PAGES), pages());
      same(true, more >= 2_048);
      run("DROP NUMA REGION r");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static long largeKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/smaps")).stream()
        .filter(line -> line.startsWith("AnonHugePages:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  /** From here on this process may use CPU 0 and the memory of nodes 0 and 1 only. */
  private void confined() throws SQLException {
    try {
      Files.writeString(CONFINED.resolve("cpuset.cpus"), "0");
      Files.writeString(CONFINED.resolve("cpuset.mems"), "0-1");
      Files.writeString(
          CONFINED.resolve("cgroup.procs"), String.valueOf(ProcessHandle.current().pid()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    rows("CALL numa_rediscover()");
    same(
        List.of("0|0|1", "1||1", "2||0", "3||0"),
        rows("SELECT node, cpus_allowed, memory_allowed FROM sextant.numa_nodes"));
    fails("PIN SESSION TO NODE 1 ENFORCE STRICT", "53000");
    fails("PIN SESSION TO CPUS '0-1' ENFORCE STRICT", "53000");
    fails("CREATE NUMA REGION r SIZE 4096 PLACEMENT BIND(2) ENFORCE STRICT", "53000");
    run("PIN SESSION TO NODE 1");
    same(List.of("0"), rows("SELECT numa_current_node()"));
    run("UNPIN SESSION");
    placed("BIND(1)", Map.of(1, (long) PAGES));
    run("CREATE NUMA REGION r SIZE 4096 PLACEMENT BIND(2)");
    same(
        List.of("1"),
        rows(
            "SELECT evidence LIKE 'none (node 2 is not allowed%' FROM sextant.numa_regions"
                + " WHERE region = 'r'"));
    run("DROP NUMA REGION r");
  }

  private void memoryOnly() throws SQLException {
    fails("PIN SESSION TO NODE 3", "22023");
    fails("CREATE NUMA REGION r SIZE 4096 PLACEMENT BIND(4)", "22023");
  }
}
