package dev.sextant.sql;

import static dev.sextant.sql.SqlSessionTest.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.kernel.Errno;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements that place memory and threads, on a machine of three nodes, one without CPUs. */
final class NumaPlacementTest {
  private static final String LOG =
      "SELECT what, wanted, enforcement, evidence, errno, refused FROM sextant.numa_enforcement_log"
          + " ORDER BY attempt DESC LIMIT 1";

  @TempDir Path folder;
  private final NodesKernel kernel = new NodesKernel();
  private SqlEngine engine;
  private SqlSession session;

  @BeforeEach
  void open() throws IOException {
    NodesKernel.writeMachine(folder);
    engine = engine(Settings.defaults());
    session = engine.connect();
  }

  private SqlEngine engine(Settings settings) {
    return new SqlEngine(new Database(Optional.empty(), settings, machine()));
  }

  private NumaMachine machine() {
    return new NumaMachine(folder.resolve("sys"), folder.resolve("proc"), () -> kernel);
  }

  private void reopenFile() {
    close();
    Optional<Path> file = Optional.of(folder.resolve("a.db"));
    engine = new SqlEngine(new Database(file, Settings.defaults(), machine()));
    session = engine.connect();
  }

  private void reopen(Settings settings) {
    close();
    engine = engine(settings);
    session = engine.connect();
  }

  @AfterEach
  void close() {
    session.close();
    engine.close();
    assertThat(kernel.mapped()).as("regions left").isZero();
    assertThat(Thread.getAllStackTraces().keySet())
        .as("workers left")
        .noneMatch(thread -> thread.getName().startsWith("sextant-node-"));
  }

  private List<String> rows(String sql) {
    return query(session, sql);
  }

  private void assertFails(String sql, ErrorCode code, String part) {
    assertThatThrownBy(() -> rows(sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SextantException.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  @Test
  void regionsLieWhereTheyShouldAndAreCounted() {
    rows("CREATE NUMA REGION a SIZE '64KB' PLACEMENT BIND(33)");
    rows("CREATE NUMA REGION \"B\" SIZE 65536 PLACEMENT INTERLEAVE(0, 250) ENFORCE STRICT");
    rows("CREATE NUMA REGION c SIZE '8 KB' PLACEMENT PREFERRED(250)");
    rows("CREATE NUMA REGION d SIZE 4096 PLACEMENT LOCAL");
    assertThat(rows("SELECT region, node, pages FROM sextant.numa_pages ORDER BY 1, 2"))
        .containsExactly("a|33|16", "b|0|8", "b|250|8", "c|250|2", "d|0|1");
    assertThat(rows("SELECT region, owner, bytes, placement, evidence FROM sextant.numa_regions"))
        .contains("a|user|65536|BIND(33)|verified (16 pages: 16 pages on node 33)");
    assertThat(rows("SELECT memory_used >= 143360 FROM sextant.databases")).containsExactly("1");
    assertFails("CREATE NUMA REGION A SIZE 1 PLACEMENT LOCAL", ErrorCode.DUPLICATE_OBJECT, "\"A\"");
    rows("DROP NUMA REGION a");
    rows("DROP NUMA REGION IF EXISTS a");
    assertFails("DROP NUMA REGION a", ErrorCode.INVALID_PARAMETER, "[b, c, d]");
    assertThat(rows("SELECT count(*) FROM sextant.numa_regions")).containsExactly("3");
  }

  @Test
  void aFullNodeIsAnErrorWhereStrictAndCountedWhereSoft() {
    assertFails(
        "CREATE NUMA REGION a SIZE '800KB' PLACEMENT BIND(33) ENFORCE STRICT",
        ErrorCode.OUT_OF_RESOURCES,
        "100 elsewhere");
    assertThat(rows(LOG))
        .containsExactly(
            "region a|BIND(33)|strict|best-effort (100 elsewhere: 100 pages on node 0, 100 pages on"
                + " node 33)|null|1");
    assertThat(rows("SELECT count(*) FROM sextant.numa_regions")).containsExactly("0");
    rows("CREATE NUMA REGION a SIZE '800KB' PLACEMENT BIND(33)");
    assertThat(rows("SELECT node, pages FROM sextant.numa_pages ORDER BY node"))
        .containsExactly("0|100", "33|100");
    rows("DROP NUMA REGION a");
    rows("SET numa.enforcement = strict");
    assertFails(
        "CREATE NUMA REGION a SIZE '800KB' PLACEMENT BIND(33)",
        ErrorCode.OUT_OF_RESOURCES,
        "strict");
    rows("CREATE NUMA REGION a SIZE '800KB' PLACEMENT BIND(33) ENFORCE SOFT");
    assertFails("SET numa.enforcement = hard", ErrorCode.INVALID_PARAMETER, "soft, strict");
    assertFails(
        "CREATE NUMA REGION e SIZE 1 PLACEMENT BIND(1)", ErrorCode.INVALID_PARAMETER, "0,33,250");
  }

  @Test
  void aRefusedCallIsARowWithItsErrno() {
    kernel.refuse("mbind", Errno.EPERM);
    rows("CREATE NUMA REGION a SIZE '64KB' PLACEMENT BIND(33)");
    assertThat(rows(LOG))
        .containsExactly("region a|BIND(33)|soft|none (EPERM, mbind gave EPERM)|EPERM|0");
    assertThat(rows("SELECT region, errno FROM sextant.numa_regions")).containsExactly("a|EPERM");
    assertFails(
        "CREATE NUMA REGION b SIZE 1 PLACEMENT BIND(33) ENFORCE STRICT",
        ErrorCode.OUT_OF_RESOURCES,
        "mbind gave EPERM");
  }

  @Test
  void regionsDrawOnTheBudget() {
    reopen(Settings.of(Map.of("memory_limit", "100000")));
    assertFails(
        "CREATE NUMA REGION a SIZE '64MB' PLACEMENT LOCAL",
        ErrorCode.OUT_OF_RESOURCES,
        "memory_limit");
    rows("CREATE NUMA REGION a SIZE 90000 PLACEMENT LOCAL");
    assertThat(rows("SELECT memory_used FROM sextant.databases")).containsExactly("90112");
    rows("DROP NUMA REGION a");
    assertThat(rows("SELECT memory_used FROM sextant.databases")).containsExactly("0");
  }

  @Test
  void aPinnedSessionRunsItsStatementsOnItsCpusAndLetsTheThreadGo() {
    assertThat(rows("SELECT numa_current_node()")).containsExactly("0");
    rows("PIN SESSION TO NODE 33 ENFORCE STRICT");
    assertThat(kernel.affinity(0).cpus()).hasToString("0-4");
    assertThat(rows("VALUES (1)")).containsExactly("1");
    assertThat(rows("CALL numa_rediscover()")).containsExactly("3");
    assertThat(kernel.pins()).contains("2-3");
    assertThat(kernel.affinity(0).cpus()).hasToString("0-4");
    assertThat(rows(LOG)).containsExactly("session|NODE 33|strict|verified (2 CPUs: 2-3)|null|0");
    rows("PIN SESSION TO CPUS '1'");
    rows("UNPIN SESSION");
    int before = kernel.pins().size();
    rows("SELECT 1");
    assertThat(kernel.pins()).hasSize(before);
  }

  @Test
  void whatCannotBePinnedIsSaidOrRefused() {
    rows("PIN SESSION TO CPUS '3,900'");
    assertThat(rows(LOG))
        .containsExactly(
            "session|CPUS '3,900'|soft|best-effort (1 elsewhere: narrowed from 3,900 to 3)|null|0");
    rows("UNPIN SESSION");
    assertFails(
        "PIN SESSION TO CPUS '3,900' ENFORCE STRICT", ErrorCode.OUT_OF_RESOURCES, "narrowed");
    assertFails("PIN SESSION TO NODE 250", ErrorCode.INVALID_PARAMETER, "0,33");
    assertFails("PIN SESSION TO NODE 7", ErrorCode.INVALID_PARAMETER, "0,33,250");
    kernel.refuse("sched_setaffinity", Errno.EPERM);
    rows("PIN SESSION TO NODE 0");
    assertThat(rows(LOG))
        .containsExactly("session|NODE 0|soft|none (EPERM, sched_setaffinity gave EPERM)|EPERM|0");
    assertFails("PIN SESSION TO NODE 0 ENFORCE STRICT", ErrorCode.OUT_OF_RESOURCES, "EPERM");
    assertThat(rows("SELECT 1")).containsExactly("1");
  }

  @Test
  void aStrictPinOnAVirtualThreadIsAnErrorAndUnpinIsNot() throws Exception {
    rows("PIN SESSION TO NODE 33 ENFORCE STRICT");
    Thread virtual =
        Thread.ofVirtual()
            .start(
                () -> {
                  assertFails("SELECT 1", ErrorCode.OUT_OF_RESOURCES, "virtual thread");
                  rows("UNPIN SESSION");
                  assertThat(rows("SELECT 1")).containsExactly("1");
                });
    virtual.join();
    assertThat(rows("SELECT count(*) FROM sextant.numa_enforcement_log WHERE refused = 1"))
        .containsExactly("1");
  }

  private void docs() {
    rows("CREATE TABLE docs(id INTEGER PRIMARY KEY, e VECTOR(8))");
    rows(
        "CREATE TABLE n AS WITH RECURSIVE n(i) AS"
            + " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) SELECT i FROM n");
    rows("INSERT INTO docs SELECT i, format('[%d,%d,%d,1,2,3,4,5]', i, i % 7, i % 11) FROM n");
    rows("CREATE INDEX docs_e ON docs USING hnsw (e vector_l2_ops)");
  }

  private static final String EXACT =
      "SELECT id FROM docs ORDER BY e <#> '[50,1,6,1,2,3,4,5]' LIMIT 3";
  private static final String NEAR =
      "SELECT id FROM docs ORDER BY e <-> '[50,1,6,1,2,3,4,5]' LIMIT 3";

  @Test
  void anIndexIsReplicatedAndReadFromTheCallersNode() {
    docs();
    List<String> found = rows(NEAR);
    assertThat(rows("EXPLAIN PLACEMENT " + NEAR)).anyMatch(row -> row.startsWith("segment 1|"));
    rows("ALTER INDEX docs_e SET PLACEMENT (REPLICATE) ENFORCE STRICT");
    assertThat(rows(NEAR)).isEqualTo(found);
    assertThat(
            rows(
                "SELECT region, placement, enforcement FROM sextant.numa_regions"
                    + " WHERE owner = 'index docs_e' AND region LIKE 'segment%' ORDER BY 1"))
        .containsExactly(
            "segment 1, copy of node 0|REPLICATE|strict",
            "segment 1, copy of node 33|REPLICATE|strict");
    assertThat(
            rows(
                "SELECT DISTINCT region, node FROM sextant.numa_pages WHERE region LIKE 'segment%'"
                    + " ORDER BY 1"))
        .containsExactly("segment 1, copy of node 0|0", "segment 1, copy of node 33|33");
    String read = "region, caller_node, local_share";
    assertThat(explained(read)).contains("segment 1, copy of node 0|0|1.0");
    rows("PIN SESSION TO NODE 33");
    assertThat(explained(read)).contains("segment 1, copy of node 33|33|1.0");
    assertThat(rows(NEAR)).isEqualTo(found);
    rows("UNPIN SESSION");
    rows("ALTER INDEX docs_e SET PLACEMENT (BIND(250))");
    assertThat(explained(read)).contains("segment 1|0|0.0");
    assertThat(rows(NEAR)).isEqualTo(found);
    rows("INSERT INTO docs VALUES (1000, '[50,1,6,1,2,3,4,5]')");
    assertThat(rows(NEAR)).hasSize(3).contains("1000");
    assertThat(rows("SELECT DISTINCT node FROM sextant.numa_pages WHERE region = 'changed rows'"))
        .containsExactly("250");
    rows("ALTER INDEX docs_e SET PLACEMENT (DEFAULT)");
    assertThat(rows("SELECT count(*) FROM sextant.numa_regions")).containsExactly("0");
    assertThat(rows(NEAR)).contains("1000");
    rows("DROP INDEX docs_e");
  }

  private List<String> explained(String columns) {
    List<String> names =
        List.of(
            "region",
            "owner",
            "bytes",
            "placement",
            "evidence",
            "caller_node",
            "pages",
            "pages_by_node",
            "local_share");
    return rows("EXPLAIN PLACEMENT " + NEAR).stream()
        .map(row -> List.of(row.split("\\|", -1)))
        .map(
            row ->
                String.join(
                    "|",
                    Stream.of(columns.split(", ", -1))
                        .map(column -> row.get(names.indexOf(column)))
                        .toList()))
        .toList();
  }

  @Test
  void aStrictPlacementThatCannotBeHadLeavesTheIndexAsItWas() {
    docs();
    rows(NEAR);
    rows("ALTER INDEX docs_e SET PLACEMENT (BIND(0)) ENFORCE STRICT");
    kernel.refuse("mbind", Errno.EPERM);
    assertFails(
        "ALTER INDEX docs_e SET PLACEMENT (BIND(250)) ENFORCE STRICT",
        ErrorCode.OUT_OF_RESOURCES,
        "EPERM");
    assertThat(
            rows(
                "SELECT DISTINCT placement, node FROM sextant.numa_regions r"
                    + " JOIN sextant.numa_pages p ON p.region = r.region AND p.owner = r.owner"
                    + " WHERE r.region = 'segment 1'"))
        .containsExactly("BIND(0)|0");
    assertThat(rows(NEAR)).hasSize(3);
    rows("ALTER INDEX docs_e SET PLACEMENT (BIND(250))");
    assertThat(rows("SELECT errno FROM sextant.numa_regions WHERE region = 'segment 1'"))
        .containsExactly("EPERM");
    assertFails(
        "ALTER INDEX docs_e SET PLACEMENT (BIND(9))", ErrorCode.INVALID_PARAMETER, "0,33,250");
  }

  @Test
  void aPlacementIsKeptWithTheIndexAndGoesWithIt() {
    reopenFile();
    docs();
    List<String> found = rows(NEAR);
    rows("ALTER INDEX docs_e SET PLACEMENT (BIND(33))");
    reopenFile();
    String lies =
        "SELECT DISTINCT r.placement, p.node FROM sextant.numa_regions r JOIN sextant.numa_pages p"
            + " ON p.region = r.region AND p.owner = r.owner WHERE r.region LIKE 'segment%'";
    assertThat(rows(NEAR)).isEqualTo(found);
    assertThat(rows(lies)).containsExactly("BIND(33)|33");
    rows("REINDEX docs_e");
    assertThat(rows(NEAR)).isEqualTo(found);
    assertThat(rows(lies)).containsExactly("BIND(33)|33");
    rows("DROP INDEX docs_e");
    rows("CREATE INDEX docs_e ON docs USING hnsw (e vector_l2_ops)");
    assertThat(rows(NEAR)).isEqualTo(found);
    assertThat(rows(lies)).isEmpty();
  }

  @Test
  void placingAnIndexTakesATransactionOfItsOwn() {
    docs();
    session.setAutoCommit(false);
    rows("ALTER INDEX docs_e SET PLACEMENT (BIND(33))");
    rows("CREATE NUMA REGION a SIZE 1 PLACEMENT LOCAL");
    rows("DROP NUMA REGION a");
    rows("INSERT INTO docs VALUES (2000, '[50,1,6,1,2,3,4,5]')");
    assertFails(
        "ALTER INDEX docs_e SET PLACEMENT (BIND(0))", ErrorCode.TRANSACTION_STATE, "commit");
    session.rollback();
    session.setAutoCommit(true);
    assertThat(rows("SELECT placement FROM sextant.numa_regions WHERE region = 'segment 1'"))
        .containsExactly("BIND(33)");
    assertFails("ALTER INDEX nope SET PLACEMENT (LOCAL)", ErrorCode.UNKNOWN_TABLE, "\"nope\"");
  }

  @Test
  void whereStrictASearchFailsWhoseIndexCannotLieWhereItIsTo() {
    reopenFile();
    docs();
    rows("ALTER INDEX docs_e SET PLACEMENT (BIND(33))");
    reopenFile();
    kernel.refuse("mbind", Errno.EPERM);
    rows("SET numa.enforcement = strict");
    assertFails(NEAR, ErrorCode.OUT_OF_RESOURCES, "mbind gave EPERM");
    rows("SET numa.enforcement = soft");
    assertThat(rows(NEAR)).hasSize(3);
    assertThat(rows("SELECT DISTINCT errno FROM sextant.numa_regions")).contains("EPERM");
  }

  @Test
  void workersOfTheNodesHelpToBuildAndScan() {
    rows("SET numa.steal = none");
    assertThat(rows("SELECT node, workers, steal FROM sextant.numa_pools"))
        .containsExactly("0|0|none", "33|0|none");
    docs();
    rows("ALTER INDEX docs_e SET PLACEMENT (INTERLEAVE(0, 33))");
    assertThat(rows(EXACT)).hasSize(3);
    rows(
        "INSERT INTO docs SELECT 1000 + a.i * 300 + b.i, format('[%d,%d,%d,1,2,3,4,5]',"
            + " a.i, b.i % 7, a.i % 11) FROM n a, n b WHERE b.i <= 40");
    List<String> found = rows(EXACT);
    assertThat(rows("SELECT DISTINCT node FROM sextant.numa_pages WHERE owner = 'column docs.e'"))
        .containsExactlyInAnyOrder("0", "33");
    assertThat(rows("SELECT node, workers FROM sextant.numa_pools")).containsExactly("0|2", "33|2");
    assertThat(rows("SELECT sum(tasks) > 0 FROM sextant.numa_locality")).containsExactly("1");
    assertThat(rows("SELECT count(*) FROM sextant.numa_workers")).containsExactly("4");
    rows("ALTER INDEX docs_e SET PLACEMENT (DEFAULT)");
    assertThat(rows(EXACT)).isEqualTo(found);
    rows("REINDEX docs_e");
    assertThat(rows(NEAR)).hasSize(3);
  }

  @Test
  void aMeasurementsManifestTellsWhatIsPlaced() {
    docs();
    String told = "SELECT value FROM sextant.measurement_manifest WHERE field = 'placement'";
    rows("MEASURE RUNS 20 WARMUP 1 " + NEAR);
    assertThat(rows(told)).containsExactly("not placed");
    rows("ALTER INDEX docs_e SET PLACEMENT (BIND(0))");
    rows("PIN SESSION TO NODE 33");
    rows("MEASURE RUNS 20 WARMUP 1 " + NEAR);
    assertThat(rows(told)).contains("not placed").hasSize(2);
    assertThat(rows(told).getLast())
        .startsWith("index docs_e on BIND(0)")
        .endsWith("; session on NODE 33");
  }

  @Test
  void localityWithoutTasksIsUnknown() {
    assertThat(rows("SELECT * FROM sextant.numa_locality")).isEmpty();
    docs(); // built on the nodes' workers in turn, some of which may have had nothing to do
    assertThat(
            rows(
                "SELECT count(*) FROM sextant.numa_locality"
                    + " WHERE (tasks = 0) <> (local_share IS NULL)"
                    + " OR tasks <> by_own_workers + by_other_nodes + by_callers"))
        .containsExactly("0");
  }

  @Test
  void theExactScanReadsPlacedRowsAndMeasuringGivesARowForEachPair() {
    docs();
    rows("ALTER INDEX docs_e SET PLACEMENT (INTERLEAVE(0, 250))");
    assertThat(rows(EXACT)).hasSize(3);
    assertThat(rows("SELECT node, pages > 0 FROM sextant.numa_pages WHERE owner = 'column docs.e'"))
        .containsExactly("0|1");
    assertThat(rows("EXPLAIN PLACEMENT " + EXACT)).singleElement().asString().startsWith("rows|");
    List<String> measured = rows("MEASURE NUMA SIZE '64KB' SECONDS 0.001");
    assertThat(measured).hasSize(6);
    assertThat(measured.get(5)).startsWith("33|250|65536|").contains("16 pages on node 250");
    assertFails("MEASURE NUMA SIZE '2GB'", ErrorCode.INVALID_PARAMETER, "MEASURE NUMA expects");
  }

  @Test
  void theirSyntaxIsToldWhereItIsWrong() {
    for (String wrong :
        List.of(
            "PIN SESSION",
            "PIN SESSION TO NODE",
            "PIN SESSION TO NODE x",
            "PIN SESSION TO CPUS 3",
            "PIN SESSION TO CPUS '3-'",
            "PIN SESSION TO NODE 1 ENFORCE",
            "UNPIN SESSION now",
            "CREATE NUMA REGION",
            "CREATE NUMA REGION a SIZE '1 TB' PLACEMENT LOCAL",
            "CREATE NUMA REGION a SIZE 1 PLACEMENT REPLICATE",
            "CREATE NUMA REGION a SIZE 1 PLACEMENT BIND(0, 1)",
            "CREATE NUMA REGION a SIZE 1 PLACEMENT INTERLEAVE()",
            "DROP NUMA REGION",
            "EXPLAIN PLACEMENT",
            "MEASURE NUMA SIZE",
            "MEASURE NUMA SECONDS -1",
            "SET numa.enforcement")) {
      assertFails(wrong, ErrorCode.SYNTAX, "");
    }
  }
}
