package dev.sextant.jdbc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.jdbc.shell.MissRatioPlot.Point;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MissRatioPlotTest {

  @Test
  void barsAreAsLongAsTheRatios() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    MissRatioPlot.draw(
        new PrintStream(bytes, true, StandardCharsets.UTF_8),
        List.of(
            new Point(4_096, 1),
            new Point(2_621_440, 0.5),
            new Point(268_435_456, 0.0125),
            new Point(1_073_741_824, 0)));
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "     bytes  requests missed",
            "    4096 B  " + "█".repeat(50) + " 100.0 %",
            "  2,621 kB  " + "█".repeat(25) + " 50.0 %",
            "    268 MB  ▋ 1.3 %",
            "  1,073 MB  ▏ 0.0 %");
  }
}
