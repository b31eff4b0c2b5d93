package dev.sextant.jdbc.bench.ann;

import dev.sextant.storage.vector.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A library from npm in a child process that {@code driver.mjs} runs; it answers line by line. */
final class NodeContender implements Contender {
  private static final long BUILD_SECONDS = 3_600;
  private static final long SEARCH_SECONDS = 600;

  private final NodePeers peers;
  private final Library library;
  private final Dataset data;
  private final WorkFolder work;
  private final Path scratch;
  private @Nullable Child child;

  /**
   * A library.
   *
   * @param key as the driver calls it
   * @param npm its package
   * @param threaded whether its binding builds by several threads
   */
  record Library(
      String key, String name, String npm, String settings, boolean threaded, boolean exact) {}

  NodeContender(NodePeers peers, Library library, Dataset data, WorkFolder work) {
    this.peers = peers;
    this.library = library;
    this.data = data;
    this.work = work;
    this.scratch = work.file("node-" + library.key());
  }

  @Override
  public String name() {
    return library.name();
  }

  @Override
  public String settings() {
    return library.settings();
  }

  @Override
  public boolean exact() {
    return library.exact();
  }

  @Override
  public boolean builds(int threads) {
    return threads == 1 || library.threaded();
  }

  @Override
  public Build build(int threads) throws IOException, InterruptedException {
    close();
    Path base = work.file("base.f32");
    Path queries = work.file("queries.f32");
    if (!Files.exists(base)) {
      WorkFolder.write(base, data.base());
      WorkFolder.write(queries, data.queries());
    }
    Child started =
        new Child(peers.start(library.key(), scratch, work.file(library.key() + ".log").toFile()));
    child = started;
    String metric = data.metric() == Metric.COSINE ? "cosine" : "l2";
    started.ask(
        "{\"do\":\"load\",\"base\":%s,\"queries\":%s,\"dimensions\":%d,\"metric\":\"%s\"}"
            .formatted(quoted(base), quoted(queries), data.dimensions(), metric),
        SEARCH_SECONDS);
    String[] answer =
        started.ask("{\"do\":\"build\",\"threads\":" + threads + "}", BUILD_SECONDS).split(" ", -1);
    return new Build(
        Double.parseDouble(answer[1]),
        Double.parseDouble(answer[2]),
        Long.parseLong(answer[3]),
        Long.parseLong(answer[4]),
        0);
  }

  private static String quoted(Path file) {
    return '"' + file.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  @Override
  public Found search(int ef) throws IOException, InterruptedException {
    String[] answer =
        Objects.requireNonNull(child)
            .ask("{\"do\":\"search\",\"ef\":%d,\"k\":%d}".formatted(ef, K), SEARCH_SECONDS)
            .split(" ", -1);
    int[][] rows =
        Arrays.stream(answer[3].split(";", -1))
            .map(list -> Arrays.stream(list.split(",", -1)).mapToInt(Integer::parseInt).toArray())
            .toArray(int[][]::new);
    return new Found(rows, Double.parseDouble(answer[1]), Double.parseDouble(answer[2]));
  }

  @Override
  public void close() throws IOException {
    Child running = child;
    if (running != null) {
      running.close();
      child = null;
    }
    for (String suffix : new String[] {"", "-wal", "-shm"}) {
      Files.deleteIfExists(scratch.resolveSibling(scratch.getFileName() + suffix));
    }
  }

  /** The process; what it says is read by a thread, so that waiting for it can end. */
  private static final class Child {
    private static final String ENDED = "error: the process has ended";

    private final Process process;
    private final Writer commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    Child(Process process) {
      this.process = process;
      this.commands = process.outputWriter(StandardCharsets.UTF_8);
      Thread.ofPlatform().daemon().name("bench-ann-node").start(this::readAnswers);
    }

    private void readAnswers() {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          answers.add(line);
        }
      } catch (IOException broken) {
        // As when it has ended.
      }
      answers.add(ENDED);
    }

    String ask(String command, long seconds) throws IOException, InterruptedException {
      commands.write(command + "\n");
      commands.flush();
      String answer = answers.poll(seconds, TimeUnit.SECONDS);
      if (answer == null || !answer.startsWith("ok")) {
        process.destroyForcibly();
        throw new IOException(answer == null ? "no answer in " + seconds + " s" : answer);
      }
      return answer;
    }

    /** Kills it and waits, for so long as that may take, until it is gone. */
    void close() {
      process.destroyForcibly();
      process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
  }
}
