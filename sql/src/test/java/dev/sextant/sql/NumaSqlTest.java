package dev.sextant.sql;

import static dev.sextant.sql.SqlSessionTest.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.kernel.NoKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of a machine with gaps in its numbers, and of a JVM that may not call its kernel. */
final class NumaSqlTest {
  @TempDir Path folder;
  private SqlEngine engine;
  private SqlSession session;

  @BeforeEach
  void open() throws IOException {
    write("sys/devices/system/node/online", "0,33,250");
    node(0, "0-1", "10 16 80");
    node(33, "2-3", "16 10 40");
    node(250, "", "80 40 10");
    write("sys/devices/system/node/node250/access0/initiators/read_latency", "90");
    Files.createDirectories(
        folder.resolve("sys/devices/system/node/node250/access0/initiators/node33"));
    write("sys/devices/system/node/node33/hugepages/hugepages-2048kB/nr_hugepages", "8");
    write("sys/devices/system/node/node33/hugepages/hugepages-2048kB/free_hugepages", "3");
    write("proc/self/status", "Cpus_allowed_list:\t0-2\nMems_allowed_list:\t0,250\n");
    NumaMachine machine =
        new NumaMachine(
            folder.resolve("sys"), folder.resolve("proc"), () -> new NoKernel("it is a test"));
    engine = new SqlEngine(new Database(Optional.empty(), Settings.defaults(), machine));
    session = engine.connect();
  }

  private void node(int id, String cpus, String distances) throws IOException {
    String path = "sys/devices/system/node/node" + id + "/";
    write(path + "cpulist", cpus);
    write(path + "distance", distances);
    String start = "Node " + id + " Mem";
    write(
        path + "meminfo", start + "Total: 8 kB\n" + start + "Free: 3 kB\n" + start + "Used: 5 kB");
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  @AfterEach
  void close() {
    session.close();
    engine.close();
  }

  private List<String> rows(String sql) {
    return query(session, sql);
  }

  @Test
  void nodesGoByTheirNumbers() {
    assertThat(
            rows("SELECT node, kind, cpus, cpus_allowed, memory_allowed FROM sextant.numa_nodes"))
        .containsExactly("0|cpu+memory|0-1|0-1|1", "33|cpu+memory|2-3|2|0", "250|memory-only|||1");
    assertThat(
            rows(
                "SELECT node, memory_free, huge_pages, steal_order, source"
                    + " FROM sextant.numa_nodes WHERE node = 33"))
        .containsExactly("33|3072|2048kB 3/8|0|cpulist");
    assertThat(rows("SELECT cpu, node, allowed FROM sextant.numa_cpus"))
        .containsExactly("0|0|1", "1|0|1", "2|33|1", "3|33|0");
  }

  @Test
  void distancesGoByNumbersToo() {
    assertThat(rows("SELECT numa_distance(250, 33), numa_distance(0, 250), numa_distance(33, 33)"))
        .containsExactly("40|80|10");
    assertThat(
            rows(
                "SELECT from_node, distance, rank, read_latency_ns FROM sextant.numa_distances"
                    + " WHERE to_node = 250 ORDER BY 1"))
        .containsExactly("0|80|2|null", "33|40|2|90", "250|10|0|null");
  }

  @Test
  void aDistanceIsBetweenNodesAndNothingElse() {
    assertThat(rows("SELECT numa_distance(0.0, '33'), numa_distance(NULL, 0)"))
        .containsExactly("16|null");
    for (String wrong : List.of("'a'", "1", "-1", "0.5", "65536", "''")) {
      assertThatThrownBy(() -> rows("SELECT numa_distance(" + wrong + ", 0)"))
          .as(wrong)
          .hasMessageContaining("numa_distance expects nodes of 0,33,250 but got")
          .hasMessageContaining("sextant.numa_nodes");
    }
  }

  @Test
  void theMachineIsReadAgainWhenAsked() throws IOException {
    assertThat(rows("SELECT count(*) FROM sextant.numa_nodes")).containsExactly("3");
    write("sys/devices/system/node/online", "0,250");
    assertThat(rows("SELECT numa_distance(0, 33)")).containsExactly("16");
    assertThat(rows("CALL numa_rediscover()")).containsExactly("2");
    assertThat(rows("SELECT node FROM sextant.numa_nodes WHERE online = 0")).containsExactly("33");
    assertThat(rows("SELECT source LIKE '%node0/distance', got FROM sextant.numa_discovery_notes"))
        .contains("1|3: 10 16 80");
  }

  @Test
  void aKernelThatCannotBeCalledIsSaid() {
    assertThat(rows("SELECT numa_current_node()")).containsExactly("null");
    assertThat(rows("SELECT DISTINCT available, errno FROM sextant.numa_capabilities"))
        .containsExactly("0|ENOSYS");
    assertThat(rows("SELECT finding, evidence FROM sextant.numa_report"))
        .contains(
            "3 NUMA nodes|nodes online: 0,33,250, with memory: 0,33,250, with CPUs: 0,33",
            "Memory without CPUs|nodes 250",
            "System calls cannot be made|it is a test");
    for (String statement :
        rows("SELECT statement FROM sextant.numa_report WHERE statement IS NOT NULL")) {
      assertThat(rows(statement)).as(statement).isNotNull();
    }
  }
}
