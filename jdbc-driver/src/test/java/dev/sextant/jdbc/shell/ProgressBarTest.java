package dev.sextant.jdbc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void aTerminalShowsOneLineDrawnOverAtMostTenTimesASecond() {
    ProgressBar bar = bar(true, 200);
    bar.update(0);
    nanos.addAndGet(50_000_000);
    bar.update(10);
    nanos.addAndGet(950_000_000);
    bar.update(100);
    nanos.addAndGet(1_000_000_000);
    bar.update(200);
    assertThat(printed())
        .isEqualTo(
            "\rwork [..............................] 0/200  0/s  \u001b[K"
                + "\rwork [###############...............] 100/200  100/s  ETA 1.0 s\u001b[K"
                + "\rwork [##############################] 200/200  100/s  in 2.0 s\u001b[K\n");
  }

  @Test
  void elsewhereALineIsPrintedForEachTenth() {
    ProgressBar bar = bar(false, 100_000);
    for (int done = 0; done <= 100_000; done += 1_000) {
      bar.update(done);
      nanos.addAndGet(1_000_000_000);
    }
    assertThat(printed().lines())
        .hasSize(10)
        .contains("work [###...........................] 10,000/100,000  1,000/s  ETA 1 min 30 s")
        .allMatch(line -> line.startsWith("work ["));
  }

  @Test
  void noWorkIsDoneAtOnce() {
    bar(true, 0).update(0);
    assertThat(printed()).contains("0/0").endsWith("\n");
  }

  private ProgressBar bar(boolean terminal, long total) {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new ProgressBar(new Screen(out, terminal, nanos::get), "work", total);
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
