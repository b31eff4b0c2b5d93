package dev.sextant.engine.route.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.engine.route.ledger.RoutingLog;
import dev.sextant.engine.route.serve.FaultServer.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed between a call and its settlement leaves a hold that expires. */
class LeakTest {
  private static final long TIMEOUT_MILLIS = 20_000;

  @TempDir Path folder;

  /** The process that is killed: argument is the log's file. */
  static final class Caller {
    private Caller() {}

    /** Calls a model that never answers, and tells when it has been asked. */
    public static void main(String[] arguments) throws IOException {
      PrintStream out = new PrintStream(System.out, true);
      try (World world = new World(Optional.of(Path.of(arguments[0])))) {
        world.timeout(TIMEOUT_MILLIS).endpoint("a", "1", new Fault.Hang()).budget(100_000);
        Thread call = Thread.ofVirtual().start(world::ask);
        while (world.server.calls("a") == 0 && call.isAlive()) {
          Thread.onSpinWait();
        }
        out.println("asked " + world.server.calls("a"));
        call.join();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void aKilledCallLeaks() throws Exception {
    Path file = folder.resolve("routing.db");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-XX:TieredStopAtLevel=1",
            Caller.class.getName(),
            file.toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process caller = builder.start();
    try (BufferedReader told = caller.inputReader()) {
      assertThat(told.readLine()).isEqualTo("asked 1");
    } finally {
      caller.destroyForcibly();
      assertThat(caller.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    ManualClock clock = new ManualClock();
    try (RoutingLog log = new RoutingLog(Optional.of(file), clock, () -> false)) {
      log.expire();
      assertThat(log.rows("SELECT reserved, leaked, spent FROM purses"))
          .containsExactly(List.of(27_000L, 0L, 0L));
      clock.advance(TIMEOUT_MILLIS + 60_000);
      log.expire();
      assertThat(log.rows("SELECT reserved, leaked, spent FROM purses"))
          .containsExactly(List.of(0L, 27_000L, 0L));
      assertThat(log.rows("SELECT state FROM reservations")).containsExactly(List.of("leaked"));
      assertThat(log.rows("SELECT error_class FROM attempts")).containsExactly(List.of("leaked"));
      log.settle(1, java.util.OptionalLong.of(9_000));
      assertThat(log.rows("SELECT reserved, leaked, spent FROM purses"))
          .containsExactly(List.of(0L, 0L, 9_000L));
    }
  }
}
