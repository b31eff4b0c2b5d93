package dev.sextant.engine.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Disturbances are found and explained under each collector, in JVMs of their own: with {@code
 * -Drounds=20} all of them in each of 20 rounds, else each in one of three, since other work on the
 * machine can take a share of a sample that nothing in the JVM accounts for.
 *
 * <p>A hog on the sample's own CPU ("pinned") runs until the sample ends, which is long enough that
 * the kernel gives the hog several turns: a sample that it did not slow counts as not explained. A
 * hog on the other CPUs ("hog") may slow nothing, and then there is nothing to explain. Twice the
 * work in one sample ("own") has to stay unexplained.
 */
class ConfoundersTest {
  private static final int ROUNDS = Integer.getInteger("rounds", 0);
  private static final int SOON = 3;
  private static final int SECONDS = 90;

  private static final Map<String, List<String>> EXPECTED =
      Map.of(
          "gc", List.of("gc_pause", "gc_wait"),
          "sleep", List.of("wait"),
          "touch", List.of("page_faults"),
          "hog", List.of("run_queue", "shared_cpu"),
          "pinned", List.of("run_queue"),
          "deoptimization", List.of("deoptimization"));

  /** No disturbances: less than this share of them is to be explained by estimates. */
  private static final List<String> OWN = List.of("own", "own-long");

  private static final double UNEXPLAINED = 0.5;

  /**
   * In one of so many rounds it may be more: a collector's threads that ran meanwhile may have
   * slowed the sample down or not, and nothing tells which.
   */
  private static final int OWN_PART = 4;

  /** Kinds whose time the kernel does not count. */
  private static final List<String> ESTIMATED =
      List.of("shared_cpu", "deoptimization", "page_faults");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseParallelGC", "-XX:+UseZGC"})
  void eachIsFoundInItsSample(String collector) throws IOException, InterruptedException {
    Set<String> missing = new HashSet<>(EXPECTED.keySet());
    missing.addAll(OWN);
    List<String> seen = new ArrayList<>();
    for (int round = 0; round < Math.max(ROUNDS, SOON); round++) {
      if (ROUNDS == 0 && missing.isEmpty()) {
        break;
      }
      List<String> wrong = wrong(run(collector, round));
      seen.addAll(wrong);
      missing.removeIf(name -> wrong.stream().noneMatch(line -> line.startsWith(name + " ")));
    }
    assertThat(missing).as(collector + ": " + seen).isEmpty();
    if (ROUNDS > 0) {
      List<String> blamed = seen.stream().filter(line -> line.startsWith(OWN.getFirst())).toList();
      String run = collector + ", " + ROUNDS + " rounds";
      assertThat(seen.stream().filter(line -> !blamed.contains(line))).as(run).isEmpty();
      assertThat(blamed).as(run).hasSizeLessThanOrEqualTo(ROUNDS / OWN_PART);
    }
  }

  /** Whether half of a sample's own work was laid to something by an estimate. */
  private static boolean isBlamed(String[] parts) {
    long estimated =
        Stream.of(parts[3].split(",", -1))
            .map(part -> part.split("=", 2))
            .filter(part -> ESTIMATED.contains(part[0]))
            .mapToLong(part -> Long.parseLong(part[1]))
            .sum();
    return !(estimated < UNEXPLAINED * Long.parseLong(parts[2]));
  }

  /** The lines of what was not found, or too little explained. */
  private static List<String> wrong(Map<String, String> lines) {
    List<String> wrong = new ArrayList<>();
    assertThat(lines.keySet()).as(lines.toString()).containsAll(EXPECTED.keySet()).containsAll(OWN);
    for (String name : OWN) {
      String own = lines.getOrDefault(name, "");
      if (isBlamed(own.split(" ", 4))) {
        wrong.add(own);
      }
    }
    EXPECTED.forEach(
        (name, kinds) -> {
          String[] parts = lines.getOrDefault(name, "").split(" ", 4);
          double explained = Double.parseDouble(parts[1]);
          boolean named = kinds.stream().anyMatch(parts[3]::contains);
          // A hog on the other CPUs may take nothing of the sample's time: nothing to explain.
          boolean harmless = name.equals("hog") && Double.isNaN(explained);
          if (!harmless && !(named && explained >= 0.9)) {
            wrong.add(lines.getOrDefault(name, ""));
          }
        });
    return wrong;
  }

  private Map<String, String> run(String collector, int round)
      throws IOException, InterruptedException {
    Path output = folder.resolve("round" + round);
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                collector,
                "-Xmx256m",
                "-Xbatch",
                "--enable-native-access=ALL-UNNAMED",
                ConfounderChild.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(ended).as("ended within " + SECONDS + " s: " + text).isTrue();
    Map<String, String> lines = new HashMap<>();
    text.lines().forEach(line -> lines.put(line.split(" ", 2)[0], line));
    return lines;
  }
}
