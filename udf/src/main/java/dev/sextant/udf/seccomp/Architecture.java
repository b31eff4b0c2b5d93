package dev.sextant.udf.seccomp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A processor whose system calls are known by name and number. */
public enum Architecture {
  /** 64 bits of Intel and AMD. */
  X86_64(0xC000003E),
  /** 64 bits of Arm. */
  AARCH64(0xC00000B7);

  private final int auditNumber;

  @SuppressWarnings("ImmutableEnumChecker") // Filled once, and seen only through a view.
  private final NavigableMap<Integer, String> names;

  Architecture(int auditNumber) {
    this.auditNumber = auditNumber;
    this.names = load(name().toLowerCase(Locale.ROOT) + ".calls");
  }

  private static NavigableMap<Integer, String> load(String resource) {
    NavigableMap<Integer, String> names = new TreeMap<>();
    try (InputStream in = Architecture.class.getResourceAsStream(resource)) {
      InputStream found = Objects.requireNonNull(in, resource);
      new BufferedReader(new InputStreamReader(found, StandardCharsets.US_ASCII))
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" ", 2))
          .forEach(parts -> names.put(Integer.valueOf(parts[0]), parts[1]));
      return names;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** That of this process; empty where its calls are not known, or the system is not Linux. */
  public static Optional<Architecture> current() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.empty();
    }
    return switch (System.getProperty("os.arch", "")) {
      case "amd64", "x86_64" -> Optional.of(X86_64);
      case "aarch64" -> Optional.of(AARCH64);
      default -> Optional.empty();
    };
  }

  /** The number that the kernel gives a filter for this architecture: AUDIT_ARCH. */
  public int auditNumber() {
    return auditNumber;
  }

  /** All calls by number. */
  public NavigableMap<Integer, String> calls() {
    return Collections.unmodifiableNavigableMap(names);
  }

  /** A call's name, or its number where it has none. */
  public String callName(int number) {
    return names.getOrDefault(number, Integer.toString(number));
  }

  /** A call's number; empty where this architecture lacks the call. */
  public OptionalInt number(String call) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(call))
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  /** Numbers by name. */
  public Map<String, Integer> numbers() {
    return names.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
  }
}
