package dev.sextant.jdbc.bench;

import dev.sextant.engine.measure.MachineManifest;
import dev.sextant.engine.measure.MeasurementManifest.Field;
import dev.sextant.engine.measure.MeasurementManifest.Role;
import dev.sextant.storage.probe.HostProbes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where and with what a run was made. */
public final class Manifest {
  private static final MachineManifest MACHINE =
      new MachineManifest(Path.of("/sys"), Path.of("/proc"), HostProbes.host().quota());

  private final Map<String, String> lines = new LinkedHashMap<>();

  /** Taken at the start of a run. */
  public Manifest(Path root, Map<String, String> versions)
      throws IOException, InterruptedException {
    lines.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    lines.put("commit", commit(root));
    for (Field field : MACHINE.fields()) {
      if (field.role() == Role.STABLE) {
        String value = field.value();
        lines.put(field.name(), value == null ? "unknown: " + field.reason() : value);
      }
    }
    lines.putAll(versions);
    lines.put("load at the start", load());
  }

  /** To be called at the end. */
  public void ended() {
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

  private static String load() {
    String load = MACHINE.load().value();
    return load == null ? "unknown" : load;
  }
}
