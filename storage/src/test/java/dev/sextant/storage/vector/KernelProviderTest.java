package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.KernelReport.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelProviderTest {
  @Test
  void takesTheFastestThatWorks() {
    KernelProvider provider = KernelProvider.select("auto");
    assertThat(provider.kernels().name()).isEqualTo("simd");
    assertThat(provider.report())
        .extracting(KernelReport::name, KernelReport::status)
        .containsExactly(tuple("simd", Status.CHOSEN), tuple("scalar", Status.AVAILABLE));
    assertThat(provider.report().get(0).reason()).matches("\\d+-bit vectors, FMA");
  }

  @Test
  void obeysARequest() {
    assertThat(KernelProvider.select("simd").kernels().name()).isEqualTo("simd");
    KernelProvider scalar = KernelProvider.select("scalar");
    assertThat(scalar.kernels().name()).isEqualTo("scalar");
    assertThat(scalar.report())
        .extracting(row -> row.status().label())
        .containsExactly("available", "chosen");
  }

  @Test
  void refusesAnUnknownWord() {
    assertThatThrownBy(() -> KernelProvider.select("avx"))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("Property kernel expects auto, simd or scalar but got \"avx\".");
  }

  @Test
  void worksInAJvmWithoutTheModule() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WithoutModule.class.getName()))
            .redirectErrorStream(true)
            .start();
    String output;
    try (var stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.lines())
        .containsExactly(
            "simd unavailable module jdk.incubator.vector is not in the boot layer: start the JVM"
                + " with --add-modules jdk.incubator.vector",
            "scalar chosen plain Java, 8 sums at a time",
            "nearest 2",
            "PARAMETER");
  }

  /** What the test above runs. */
  static final class WithoutModule {
    private WithoutModule() {}

    public static void main(String[] args) {
      KernelProvider provider = KernelProvider.select("auto");
      for (KernelReport row : provider.report()) {
        System.out.println(row.name() + " " + row.status().label() + " " + row.reason());
      }
      MemoryBudget budget = new MemoryBudget(10L << 20);
      try (VectorStore store = new VectorStore("t.v", 2, budget, provider.kernels())) {
        store.put(1, new float[] {0, 1}, 1);
        store.put(2, new float[] {1, 1}, 1);
        SearchRequest request = SearchRequest.of(new float[] {2, 1}, Metric.L2, 1, 1);
        System.out.println("nearest " + store.search(request).rowids()[0]);
      }
      try {
        KernelProvider.select("simd");
      } catch (StorageException e) {
        System.out.println(e.kind());
      }
    }
  }
}
