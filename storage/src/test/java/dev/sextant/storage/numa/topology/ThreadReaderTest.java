package dev.sextant.storage.numa.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadReaderTest {
  @TempDir Path proc;

  private void thread(String id, String name, String cpu) throws IOException {
    Path folder = Files.createDirectories(proc.resolve("self/task").resolve(id));
    Files.writeString(folder.resolve("comm"), name + "\n");
    String fields = " S 1" + " 0".repeat(34) + " " + cpu + " 0 0\n";
    Files.writeString(folder.resolve("stat"), id + " (" + name + ")" + fields);
    Files.writeString(folder.resolve("status"), "Name:\tx\nCpus_allowed_list:\t0-3\n");
  }

  @Test
  void readsNamesWithBlanksAndParentheses() throws IOException {
    thread("10", "java", "1");
    thread("11", "GC Thread#0", "2");
    thread("12", "C2 CompilerThre", "3");
    thread("13", "a) S 9 (b", "17");
    thread("14", "sextant-embed-1", "x");
    Files.createDirectories(proc.resolve("self/task/15"));
    ThreadReader.Threads read = new ThreadReader(proc.resolve("sys"), proc).read(10);
    assertThat(read.threads())
        .containsExactly(
            new ThreadInfo(10, "java", ThreadInfo.Kind.SESSION, IdSet.range(0, 3), 1),
            new ThreadInfo(11, "GC Thread#0", ThreadInfo.Kind.GC, IdSet.range(0, 3), 2),
            new ThreadInfo(12, "C2 CompilerThre", ThreadInfo.Kind.JIT, IdSet.range(0, 3), 3),
            new ThreadInfo(13, "a) S 9 (b", ThreadInfo.Kind.OTHER, IdSet.range(0, 3), 17),
            new ThreadInfo(14, "sextant-embed-1", ThreadInfo.Kind.WORKER, IdSet.range(0, 3), -1));
    assertThat(read.notes()).hasSize(1);
    assertThat(read.notes().getFirst().what()).isEqualTo("the thread's CPU is unknown");
  }
}
