package dev.sextant.udf;

import dev.sextant.udf.UdfException.Failure;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the settings of a profile that narrows another. */
final class ProfileSettings {
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,18})\\s*([a-zA-Z]*)");
  private static final Map<String, Long> BYTES =
      Map.of("", 1L, "B", 1L, "KB", 1L << 10, "MB", 1L << 20, "GB", 1L << 30);
  private static final Map<String, Long> MILLIS = Map.of("", 1L, "MS", 1L, "S", 1000L);
  private static final Map<String, Long> PLAIN = Map.of("", 1L);
  private static final List<String> KEYS =
      List.of(
          "FUEL",
          "MEMORY",
          "WALL_TIME",
          "STACK",
          "OUTPUT",
          "BATCH_ROWS",
          "WORKERS",
          "REQUIRE",
          "ALLOW",
          "DENY",
          "ON_DENIAL");

  private final String name;
  private final SandboxProfile parent;
  private final Map<String, String> settings = new TreeMap<>();

  ProfileSettings(String name, SandboxProfile parent) {
    this.name = name;
    this.parent = parent;
  }

  SandboxProfile apply(Map<String, String> asked) {
    asked.forEach(
        (key, value) -> {
          String upper = key.toUpperCase(Locale.ROOT);
          if (!KEYS.contains(upper) || settings.put(upper, value.strip()) != null) {
            throw new UdfException(
                Failure.DEFINITION,
                "Sandbox profile \"%s\" cannot set \"%s\", once or at all. The keys are %s."
                    .formatted(name, key, String.join(", ", KEYS)));
          }
        });
    Limits limits = parent.limits();
    Limits narrowed =
        new Limits(
            number("FUEL", limits.fuel(), PLAIN),
            number("MEMORY", limits.memoryBytes(), BYTES),
            Duration.ofMillis(number("WALL_TIME", limits.wallTime().toMillis(), MILLIS)),
            (int) number("STACK", limits.stackDepth(), PLAIN),
            number("OUTPUT", limits.outputBytes(), BYTES),
            (int) number("BATCH_ROWS", limits.batchRows(), PLAIN),
            (int) number("WORKERS", limits.workers(), PLAIN));
    SystemCalls calls = parent.systemCalls().withRun(this::allow).withRun(this::deny);
    return new SandboxProfile(name, narrowed, layers(), calls.withRun(this::onDenial));
  }

  private long number(String key, long most, Map<String, Long> units) {
    String text = settings.get(key);
    if (text == null) {
      return most;
    }
    Matcher matcher = NUMBER.matcher(text);
    Long unit = matcher.matches() ? units.get(matcher.group(2).toUpperCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw noValue(key, text, "a whole number with one of the units " + units.keySet());
    }
    long digits = Long.parseLong(matcher.group(1));
    if (digits == 0) {
      throw noValue(key, text, "more than 0");
    }
    if (digits > most / unit) {
      throw wider(key, parent.limits().settings().get(key), text);
    }
    return digits * unit;
  }

  private Set<SandboxProfile.Layer> layers() {
    String text = settings.get("REQUIRE");
    if (text == null) {
      return parent.required();
    }
    Set<SandboxProfile.Layer> layers = EnumSet.noneOf(SandboxProfile.Layer.class);
    for (String word : words(text)) {
      layers.add(
          Arrays.stream(SandboxProfile.Layer.values())
              .filter(layer -> layer.name().equalsIgnoreCase(word))
              .findFirst()
              .orElseThrow(() -> noValue("REQUIRE", word, "seccomp or landlock")));
    }
    if (!layers.containsAll(parent.required())) {
      throw wider("REQUIRE", new TreeSet<>(parent.required()).toString(), text);
    }
    return layers;
  }

  private SystemCallPolicy allow(SystemCallPolicy policy) {
    String text = settings.get("ALLOW");
    if (text == null) {
      return policy;
    }
    Set<String> allowed =
        policy.rules().stream()
            .filter(rule -> rule.action().equals(CallAction.ALLOW))
            .map(CallRule::call)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> removed = new TreeSet<>(allowed);
    for (String call : words(text)) {
      if (!allowed.contains(call)) {
        throw wider("ALLOW", String.join(", ", allowed), call);
      }
      removed.remove(call);
    }
    return policy.without(removed);
  }

  private SystemCallPolicy deny(SystemCallPolicy policy) {
    String text = settings.get("DENY");
    if (text == null) {
      return policy;
    }
    SystemCallPolicy narrowed = policy;
    for (String word : words(text)) {
      boolean known = policy.calls().contains(word);
      narrowed =
          CallCategory.of(word).isPresent()
              ? narrowed.denying(CallCategory.of(word).get())
              : narrowed.without(Set.of(word));
      if (!known && CallCategory.of(word).isEmpty()) {
        throw noValue("DENY", word, "a system call that the parent names, or a category");
      }
    }
    return narrowed;
  }

  private SystemCallPolicy onDenial(SystemCallPolicy policy) {
    String text = settings.getOrDefault("ON_DENIAL", "").toUpperCase(Locale.ROOT);
    boolean kills = policy.otherwise().kind() == CallAction.Kind.KILL;
    return switch (text) {
      case "" -> policy;
      case "KILL" -> policy.denying(CallAction.KILL);
      case "ERRNO" -> {
        if (kills) {
          throw wider("ON_DENIAL", "kill", "errno");
        }
        yield policy;
      }
      default -> throw noValue("ON_DENIAL", text, "errno or kill");
    };
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split("[,\\s]+")).filter(word -> !word.isEmpty()).toList();
  }

  private UdfException noValue(String key, String text, String expected) {
    return new UdfException(
        Failure.DEFINITION,
        "Sandbox profile \"%s\" sets %s to \"%s\", where %s is expected."
            .formatted(name, key, text, expected));
  }

  private UdfException wider(String key, @Nullable String parents, String text) {
    return new UdfException(
        Failure.DEFINITION,
        ("Sandbox profile \"%s\" sets %s to \"%s\", which allows more than its parent \"%s\": %s."
                + " A profile only narrows its parent.")
            .formatted(name, key, text, parent.name(), parents));
  }
}
