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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedding cache's memory, and a quantized index's vectors, on a machine of three nodes. */
final class NumaCacheTest {
  private static final String LOG =
      "SELECT what, wanted, enforcement, evidence, refused FROM sextant.numa_enforcement_log"
          + " ORDER BY attempt DESC LIMIT 1";
  private static final String SLAB =
      "SELECT region, owner, placement, enforcement, evidence FROM sextant.numa_regions";

  /** Bytes of a cache that node 33 has room for, and of one that it has not. */
  private static final int FITS = 200_000;

  private static final int BURSTS = 900_000;

  @TempDir Path folder;
  private final NodesKernel kernel = new NodesKernel();
  private SqlEngine engine;
  private SqlSession session;

  @BeforeEach
  void open() throws IOException {
    NodesKernel.writeMachine(folder);
    connect(Optional.empty(), Map.of("cache.hot_bytes", "" + FITS));
  }

  private void connect(Optional<Path> file, Map<String, String> settings) {
    NumaMachine machine =
        new NumaMachine(folder.resolve("sys"), folder.resolve("proc"), () -> kernel);
    engine = new SqlEngine(new Database(file, Settings.of(settings), machine));
    session = engine.connect();
  }

  private void reopen(Optional<Path> file, Map<String, String> settings) {
    close();
    connect(file, settings);
  }

  @AfterEach
  void close() {
    session.close();
    engine.close();
    assertThat(kernel.mapped()).as("regions left").isZero();
  }

  private List<String> rows(String sql) {
    return query(session, sql);
  }

  private List<String> warnings(String sql) {
    try (SqlStatement statement = session.prepare(sql)) {
      statement.execute();
      return List.copyOf(statement.warnings());
    }
  }

  private void assertFails(String sql, ErrorCode code, String part) {
    assertThatThrownBy(() -> rows(sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SextantException.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  private void embed(int from, int to) {
    for (int text = from; text < to; text++) {
      rows("SELECT length(EMBED('text " + text + "'))");
    }
  }

  private String cached() {
    return rows("SELECT count(*) FROM sextant.cache_entries").getFirst();
  }

  private List<String> nodes() {
    return rows("SELECT DISTINCT node FROM sextant.numa_pages ORDER BY node");
  }

  @Test
  void theCacheLiesWhereItIsToldAndMovesWithAllThatIsInIt() {
    rows("SET cache.placement = 'bind(33)'");
    assertThat(rows(LOG))
        .containsExactly("embedding cache|BIND(33)|soft|applied (no memory yet)|0");
    assertThat(rows(SLAB)).isEmpty();
    embed(0, 20);
    assertThat(rows(SLAB))
        .containsExactly(
            "slab|embedding cache|BIND(33)|soft|verified (49 pages: 49 pages on node 33)");
    assertThat(rows("SELECT memory_used >= 200704 FROM sextant.databases")).containsExactly("1");
    assertThat(cached()).isEqualTo("20");
    assertThat(rows("EXPLAIN PLACEMENT SELECT EMBED('text 1')"))
        .singleElement()
        .asString()
        .startsWith("slab|embedding cache|200704|BIND(33)|verified (49 pages");
    assertThat(warnings("SET cache.placement = ' Interleave(0, 250) '")).isEmpty();
    assertThat(rows("SELECT value FROM sextant.settings WHERE name = 'cache.placement'"))
        .containsExactly("interleave(0,250)");
    assertThat(nodes()).containsExactly("0", "250");
    assertThat(rows(LOG).getFirst()).startsWith("embedding cache|INTERLEAVE(0,250)|soft|verified");
    assertThat(cached()).isEqualTo("20");
    rows("SET cache.hot_bytes = 250000");
    assertThat(nodes()).containsExactly("0", "250");
    rows("SET cache.placement = default");
    assertThat(rows(SLAB)).isEmpty();
    assertThat(kernel.mapped()).isZero();
    assertThat(cached()).isEqualTo("20");
    embed(0, 20);
    assertThat(rows("SELECT sum(hits) >= 20 FROM sextant.cache_stats WHERE tier = 'hot'"))
        .containsExactly("1");
  }

  @Test
  void whatANodeHasNoRoomForIsAWarningOrAnErrorAfterWhichTheCacheIsAsItWas() {
    rows("SET cache.hot_bytes = " + BURSTS);
    embed(0, 5);
    assertThat(warnings("SET cache.placement = 'bind(33)'"))
        .singleElement()
        .asString()
        .contains("embedding cache", "BIND(33)", "elsewhere");
    assertThat(nodes()).containsExactly("0", "33");
    rows("SET cache.placement = 'bind(250)'");
    rows("SET numa.enforcement = strict");
    assertFails(
        "SET cache.placement = 'bind(33)'", ErrorCode.OUT_OF_RESOURCES, "was to be strict but");
    assertThat(rows(LOG).getFirst()).startsWith("embedding cache|BIND(33)|strict|").endsWith("|1");
    assertThat(nodes()).containsExactly("250");
    assertThat(rows("SELECT value FROM sextant.settings WHERE name = 'cache.placement'"))
        .containsExactly("bind(250)");
    assertThat(cached()).isEqualTo("5");
    kernel.refuse("mbind", Errno.EPERM);
    assertFails("SET cache.placement = 'bind(0)'", ErrorCode.OUT_OF_RESOURCES, "mbind gave EPERM");
    rows("SET numa.enforcement = soft");
    assertThat(warnings("SET cache.placement = 'bind(0)'"))
        .containsExactly(
            "The embedding cache is not as BIND(0) wants it: none (EPERM, mbind gave EPERM).");
    assertThat(rows("SELECT errno FROM sextant.numa_regions")).containsExactly("EPERM");
    assertThat(cached()).isEqualTo("5");
  }

  @Test
  void placementsThatNoCacheCanHaveAreErrors() {
    assertFails("SET cache.placement = 'bind(9)'", ErrorCode.INVALID_PARAMETER, "0,33,250");
    embed(0, 1);
    assertFails("SET cache.placement = 'bind(9)'", ErrorCode.INVALID_PARAMETER, "0,33,250");
    for (String wrong :
        List.of("replicate", "bind(0,33)", "bind()", "bind(-1)", "near", "interleave(3-0)")) {
      assertFails("SET cache.placement = '" + wrong + "'", ErrorCode.INVALID_PARAMETER, wrong);
    }
    assertThat(rows(SLAB)).isEmpty();
    assertThat(cached()).isEqualTo("1");
  }

  @Test
  void aSharedCacheIsAFileAndLiesNowhereElse() {
    reopen(
        Optional.of(folder.resolve("a.db")),
        Map.of("cache.hot_bytes", "" + FITS, "cache.placement", "bind(0)"));
    assertFails("SET cache.store = shared", ErrorCode.INVALID_PARAMETER, "cache.placement");
    embed(0, 1);
    assertThat(nodes()).containsExactly("0");
  }

  private static final String NEAR =
      "SELECT id FROM docs ORDER BY e <-> '[50,1,6,1,2,3,4,5]' LIMIT 3";
  private static final String SEGMENT =
      "SELECT region, evidence FROM sextant.numa_regions WHERE region LIKE 'segment%' ORDER BY 1";

  private void quantized() {
    rows("CREATE TABLE docs(id INTEGER PRIMARY KEY, e VECTOR(8))");
    rows(
        "INSERT INTO docs WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 2000) SELECT i, format('[%d,%d,%d,1,2,3,4,5]', i, i % 7, i % 11) FROM n");
    rows("CREATE INDEX docs_e ON docs USING hnsw (e vector_l2_ops) WITH (quantization = int8)");
  }

  /** All that searches read is placed, the vectors too that lie in the file otherwise. */
  @Test
  void theVectorsOfAQuantizedIndexArePlacedWithIt() {
    Optional<Path> file = Optional.of(folder.resolve("b.db"));
    reopen(file, Map.of());
    quantized();
    List<String> found = rows(NEAR);
    long ordinary = used();
    rows("ALTER INDEX docs_e SET PLACEMENT (BIND(250)) ENFORCE STRICT");
    assertThat(rows(SEGMENT)).singleElement().asString().startsWith("segment 1|verified (");
    assertThat(used() - ordinary).isGreaterThanOrEqualTo(2_000 * 8 * 4);
    assertThat(nodes()).containsExactly("250");
    assertThat(rows(NEAR)).isEqualTo(found);
    rows("ALTER INDEX docs_e SET PLACEMENT (REPLICATE) ENFORCE SOFT");
    assertThat(used() - ordinary).isGreaterThanOrEqualTo(2 * 2_000 * 8 * 4);
    assertThat(rows(NEAR)).isEqualTo(found);
    rows("ALTER INDEX docs_e SET PLACEMENT (DEFAULT)");
    assertThat(used()).isLessThanOrEqualTo(ordinary);
    assertThat(rows(NEAR)).isEqualTo(found);
  }

  /** Vectors that stay in the file are not passed over in silence. */
  @Test
  void vectorsThatMemoryHasNoRoomForAreToldOrRefused() {
    Optional<Path> file = Optional.of(folder.resolve("c.db"));
    reopen(file, Map.of());
    rows("CREATE TABLE wide(id INTEGER PRIMARY KEY, e VECTOR(256))");
    rows(
        "INSERT INTO wide WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 400)"
            + " SELECT i, CAST(zeroblob(1020) || unhex(printf('%04x803f', i)) AS BLOB) FROM n");
    rows("CREATE INDEX wide_e ON wide USING hnsw (e vector_l2_ops) WITH (quantization = int8)");
    rows("ALTER INDEX wide_e SET PLACEMENT (BIND(250))");
    reopen(file, Map.of());
    String near = "SELECT id FROM wide ORDER BY e <-> zeroblob(1024) LIMIT 1";
    assertThat(rows(near)).hasSize(1);
    assertThat(rows(SEGMENT)).singleElement().asString().startsWith("segment 1|verified (");
    String less = Long.toString(used() - 100_000);
    reopen(file, Map.of("memory_limit", less));
    assertThat(rows(near)).hasSize(1);
    assertThat(rows(SEGMENT))
        .containsExactly(
            "segment 1|best-effort (100 elsewhere: 409600 bytes are read from the index's file,"
                + " through the page cache: memory_limit has no room for them)");
    assertThat(rows(LOG).getFirst()).startsWith("index wide_e|BIND(250)|soft|best-effort (100");
    reopen(file, Map.of("memory_limit", less, "numa.enforcement", "strict"));
    assertFails(near, ErrorCode.OUT_OF_RESOURCES, "memory_limit has no room");
  }

  private long used() {
    return Long.parseLong(rows("SELECT memory_used FROM sextant.databases").getFirst());
  }
}
