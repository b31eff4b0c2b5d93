package dev.sextant.jdbc.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MEASURE in a JVM without the Flight Recorder. */
class MissingFacilitiesTest {
  @TempDir Path folder;

  /** All modules of this JVM but one and those that need it. */
  private static String modulesWithout(String absent) {
    Set<String> gone = new HashSet<>(Set.of(absent));
    boolean grew = true;
    while (grew) {
      grew = false;
      for (ModuleReference module : ModuleFinder.ofSystem().findAll()) {
        ModuleDescriptor descriptor = module.descriptor();
        boolean needs = descriptor.requires().stream().anyMatch(r -> gone.contains(r.name()));
        grew |= needs && gone.add(descriptor.name());
      }
    }
    return ModuleFinder.ofSystem().findAll().stream()
        .map(module -> module.descriptor().name())
        .filter(name -> !gone.contains(name))
        .sorted()
        .collect(Collectors.joining(","));
  }

  @Test
  void withoutTheFlightRecorderTheRestIsMeasured() throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--limit-modules",
                modulesWithout("jdk.jfr"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                BareMeasurement.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    boolean ended = process.waitFor(90, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output);
    assertThat(ended).as(text).isTrue();
    assertThat(text)
        .contains("gc_pause_ns: this JVM has no Flight Recorder: module jdk.jfr is missing")
        .contains("self_test collection not possible: this JVM has no Flight Recorder")
        .contains("self_test sleep passed")
        .contains("samples 20, pauses 0, cpu 20");
  }
}
