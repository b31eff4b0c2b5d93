package dev.sextant.jdbc.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Where and with what a run was made. */
public final class Manifest {
  private final Map<String, String> lines = new LinkedHashMap<>();

  /** Taken at the start of a run. */
  public Manifest(Path root, Map<String, String> versions)
      throws IOException, InterruptedException {
    lines.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    lines.put("commit", commit(root));
    lines.put("CPU", cpu());
    lines.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    lines.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    lines.put("JVM", System.getProperty("java.vm.name") + " " + Runtime.version());
    lines.put("JVM flags", flags());
    lines.put("heap", (Runtime.getRuntime().maxMemory() >> 20) + " MiB at most");
    lines.putAll(versions);
    lines.put("load at the start", load());
  }

  /** To be called at the end. */
  public void ended() throws IOException {
    lines.put("load at the end", load() + " (this benchmark's own is 1 to 2)");
  }

  /** Names and values. */
  public Map<String, String> lines() {
    return lines;
  }

  private static String commit(Path root) throws IOException, InterruptedException {
    String head = git(root, "rev-parse", "--short=12", "HEAD");
    boolean changed = !git(root, "status", "--porcelain", "--untracked-files=no").isEmpty();
    return head.isEmpty() ? "unknown" : head + (changed ? " with changes" : "");
  }

  private static String git(Path root, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    try {
      Process git =
          new ProcessBuilder(command)
              .directory(root.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return git.waitFor() == 0 ? text.strip() : "";
    } catch (IOException noGit) {
      return "";
    }
  }

  private static String cpu() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return System.getProperty("os.arch");
    }
    return Files.readAllLines(info).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }

  /** The flags that say something about speed; paths do not. */
  private static String flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.contains("/") && !flag.startsWith("-Xlog"))
        .collect(Collectors.joining(" "));
  }

  private static String load() throws IOException {
    Path load = Path.of("/proc/loadavg");
    return Files.isReadable(load) ? Files.readString(load).strip() : "unknown";
  }
}
