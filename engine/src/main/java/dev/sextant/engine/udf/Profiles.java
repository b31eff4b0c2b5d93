package dev.sextant.engine.udf;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.udf.Limits;
import dev.sextant.udf.SandboxProfile;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The profiles that every database has, and the one rule by which others are made of them. */
public final class Profiles {
  /** What a function gets that names no profile. */
  public static final String DEFAULT = "untrusted";

  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");

  private static final List<String> KEYS =
      List.of("FUEL", "MEMORY", "WALL_TIME", "STACK", "OUTPUT", "BATCH_ROWS", "WORKERS", "REQUIRE");

  private static final Map<String, Long> BYTES =
      Map.of("", 1L, "B", 1L, "KB", 1L << 10, "MB", 1L << 20, "GB", 1L << 30);

  private static final Map<String, Long> MICROS =
      Map.of("US", 1L, "MS", 1000L, "S", 1_000_000L, "MIN", 60_000_000L);

  private static final Map<String, Long> COUNT = Map.of("", 1L);

  /* The layers are those of processes; in this process nothing makes a system call. */
  private static final List<Profile> BUILT_IN =
      List.of(
          new Profile(
              new SandboxProfile(
                  DEFAULT, Limits.UNTRUSTED, EnumSet.allOf(SandboxProfile.Layer.class)),
              "",
              Map.of()));

  private Profiles() {}

  /** The profiles that every database has. */
  public static List<Profile> builtIn() {
    return BUILT_IN;
  }

  /**
   * A profile that allows no more than its parent.
   *
   * @param settings values as written, by upper-case key
   * @throws SextantException {@code 22023} for an unknown key or value, {@code 42P16} for a value
   *     that is wider than the parent's
   */
  public static Profile narrowed(SandboxProfile parent, String name, Map<String, String> settings) {
    Limits limits = parent.limits();
    Set<SandboxProfile.Layer> required = EnumSet.noneOf(SandboxProfile.Layer.class);
    required.addAll(parent.required());
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      Setting asked = new Setting(parent.name(), setting.getKey(), setting.getValue());
      if (setting.getKey().equals("REQUIRE")) {
        asked.layers(required);
      } else {
        limits = with(limits, asked);
      }
    }
    return new Profile(new SandboxProfile(name, limits, required), parent.name(), settings);
  }

  private static Limits with(Limits old, Setting asked) {
    long fuel = old.fuel();
    long memory = old.memoryBytes();
    long wall = old.wallTime().toNanos() / 1000;
    long stack = old.stackDepth();
    long output = old.outputBytes();
    long rows = old.batchRows();
    long workers = old.workers();
    switch (asked.key()) {
      case "FUEL" -> fuel = asked.atMost(fuel, COUNT, "");
      case "MEMORY" -> memory = asked.atMost(memory, BYTES, "bytes");
      case "WALL_TIME" -> wall = asked.atMost(wall, MICROS, "us");
      case "STACK" -> stack = asked.atMost(stack, COUNT, "");
      case "OUTPUT" -> output = asked.atMost(output, BYTES, "bytes");
      case "BATCH_ROWS" -> rows = asked.atMost(rows, COUNT, "");
      case "WORKERS" -> workers = asked.atMost(workers, COUNT, "");
      default -> throw asked.unknown();
    }
    return new Limits(
        fuel,
        memory,
        Duration.ofNanos(wall * 1000),
        (int) stack,
        output,
        (int) rows,
        (int) workers);
  }

  /** One value asked for. */
  private record Setting(String parent, String key, String value) {
    SextantException unknown() {
      return new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Unknown setting \""
              + key
              + "\" of a sandbox profile. Known are "
              + String.join(", ", KEYS)
              + ".");
    }

    void layers(Set<SandboxProfile.Layer> required) {
      for (String layer : value.split(",", -1)) {
        try {
          required.add(SandboxProfile.Layer.valueOf(layer.strip().toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException unknown) {
          throw new SextantException(
              ErrorCode.INVALID_PARAMETER,
              "Unknown layer \"" + layer.strip() + "\" in REQUIRE. Known are SECCOMP, LANDLOCK.",
              unknown);
        }
      }
    }

    long atMost(long parents, Map<String, Long> units, String unit) {
      Matcher amount = AMOUNT.matcher(value.strip());
      Long factor = amount.matches() ? units.get(amount.group(2).toUpperCase(Locale.ROOT)) : null;
      long asked = 0;
      if (factor != null) {
        long number = Long.parseLong(amount.group(1));
        asked = number > Long.MAX_VALUE / factor ? Long.MAX_VALUE : number * factor;
      }
      if (asked < 1) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "Setting "
                + key
                + " expects a whole number from 1"
                + (units.size() > 1 ? ", with a unit such as " + example(units) : "")
                + ", but got \""
                + value
                + "\".");
      }
      if (asked > parents) {
        throw new SextantException(
            ErrorCode.INVALID_DEFINITION,
            "A profile only narrows the one it extends: "
                + key
                + " is "
                + (parents + " " + unit).strip()
                + " in \""
                + parent
                + "\", and "
                + (asked + " " + unit).strip()
                + " was asked for. Ask for no more.");
      }
      return asked;
    }

    private static String example(Map<String, Long> units) {
      return units.containsKey("MB") ? "'16MB'" : "'500ms'";
    }
  }
}
