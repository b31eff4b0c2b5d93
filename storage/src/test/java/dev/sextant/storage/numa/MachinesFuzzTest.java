package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sextant.storage.numa.kernel.NoKernel;
import dev.sextant.storage.numa.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines whose files are damaged are read, with notes and without exceptions. */
class MachinesFuzzTest {
  private static final int MACHINES = 20;
  private static final List<String> TEXTS =
      List.of(
          "",
          "\n",
          "\0",
          "-1",
          "-",
          ",",
          "0-",
          "4294967296",
          "99999999999999999999",
          "ffffffff",
          "0-65535",
          "0,1,2,",
          "max max",
          "max 0",
          "0 0",
          "Node 0 MemTotal: -5 kB",
          "\u00e9\u2603",
          "0::/../../..\n",
          "1 2 3 4 /sys - cgroup",
          "0-31:2/8",
          "NaN",
          " 7 ",
          "7\0\0 8");

  @TempDir Path folder;

  @Test
  void anyDamageIsReadAndSaid() throws IOException {
    long seed = Long.getLong("seed", 20261122);
    Random random = new Random(seed);
    List<String> names =
        List.of(
            "opteron-8-socket-cpuset",
            "dell-r910-devices",
            "dell-r740-snc",
            "power9-gpus",
            "supermicro-cgroup1");
    for (int i = 0; i < MACHINES; i++) {
      Path root = folder.resolve("m" + i);
      Machine machine = Machine.expand(names.get(i % names.size()), root);
      damage(root, random);
      Topology read = machine.read();
      assertThat(read.nodes()).as("seed %d, machine %d", seed, i).isNotEmpty();
      assertThat(read.online().containsAll(read.withCpus())).isTrue();
      NumaMachine shown =
          new NumaMachine(root.resolve("sys"), root.resolve("proc"), () -> new NoKernel("none"));
      assertThatCode(
              () -> {
                shown.report();
                shown.threads();
                new StealOrders(shown.topology()).order(read.nodes().getFirst().id());
              })
          .as("seed %d, machine %d", seed, i)
          .doesNotThrowAnyException();
    }
  }

  private static void damage(Path root, Random random) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
    }
    for (int i = 0; i < 1 + files.size() / 8; i++) {
      Path file = files.get(random.nextInt(files.size()));
      switch (random.nextInt(4)) {
        case 0 -> Files.deleteIfExists(file);
        case 1 -> {
          Files.deleteIfExists(file);
          Files.createDirectories(file);
        }
        case 2 -> {
          if (!Files.isDirectory(file)) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            Files.write(file, bytes);
          }
        }
        default -> {
          if (!Files.isDirectory(file)) {
            Files.writeString(file, TEXTS.get(random.nextInt(TEXTS.size())));
          }
        }
      }
    }
  }

  @Test
  void loopsOfLinksAndHugeFilesEnd() throws IOException {
    Machine machine = Machine.expand("dell-dcs8000z", folder);
    Path net = folder.resolve("sys/class/net");
    Files.createSymbolicLink(net.resolve("loop"), net.resolve("loop"));
    Files.createSymbolicLink(net.resolve("up"), folder);
    Path list = folder.resolve("sys/devices/system/node/node1/cpulist");
    Files.writeString(list, "8-15" + " ".repeat(3 << 20));
    Path secret = folder.resolve("sys/devices/system/node/node0/meminfo");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Topology read = machine.read();
    assertThat(read.node(1).orElseThrow().cpus()).hasToString("8-15");
    assertThat(read.notes())
        .anySatisfy(note -> assertThat(note.what()).isEqualTo("the rest of the file is left"));
    assertThat(read.devices())
        .anySatisfy(
            device -> {
              assertThat(device.name()).isEqualTo("up");
              assertThat(device.node()).isEqualTo(-1);
            });
  }
}
