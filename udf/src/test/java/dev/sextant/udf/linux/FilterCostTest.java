package dev.sextant.udf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.SystemCallPolicy;
import dev.sextant.udf.seccomp.Architecture;
import dev.sextant.udf.seccomp.FilterCompiler;
import dev.sextant.udf.seccomp.FilterProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilterCostTest {
  @Test
  void measuresEachProgramAndLeavesTheProcessAsItWas() throws IOException {
    assumeTrue(Capabilities.probe().row("seccomp").available(), "this host has no seccomp");
    Kernel kernel = Kernel.find().orElseThrow();
    Architecture architecture = kernel.architecture();
    SystemCallPolicy policy = SandboxProfiles.UNTRUSTED.systemCalls().run();
    List<FilterCost.Cost> costs =
        FilterCost.of(
            kernel,
            List.of(
                FilterProgram.allowAll(architecture),
                FilterCompiler.compile(policy, architecture),
                FilterCompiler.compileLinear(policy, architecture)));
    assertThat(costs).hasSize(3);
    for (FilterCost.Cost cost : costs) {
      assertThat(cost.allowed()).isBetween(-1e5, 1e6);
      assertThat(cost.checked()).isBetween(-1e5, 1e6);
    }
    // Refused by that policy.
    Path file = Files.createTempFile("sextant", "test");
    Files.delete(file);
    assertThat(Files.readString(Path.of("/proc/self/status"))).contains("Seccomp:\t0");
  }
}
