package dev.sextant.storage.numa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What the kernel counts of nodes, for the whole machine and not for this process alone. */
final class NodeCounters {
  /** Lines of one file that are looked at. */
  private static final int MOST_LINES = 1_000;

  private NodeCounters() {}

  /** The counters of a file, of those names that begin in one of some ways; none if unreadable. */
  static List<NodeCounter> read(Path file, OptionalInt node, List<String> beginnings) {
    List<NodeCounter> counters = new ArrayList<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException absent) {
      return counters; // An older kernel, or a container without the file: there are no counters.
    }
    for (String line : lines.subList(0, Math.min(MOST_LINES, lines.size()))) {
      String[] words = line.strip().split("\\s+", 3);
      OptionalLong value = words.length == 2 ? number(words[1]) : OptionalLong.empty();
      if (value.isPresent() && beginnings.stream().anyMatch(words[0]::startsWith)) {
        counters.add(new NodeCounter(file.toString(), node, words[0], value.getAsLong()));
      }
    }
    return counters;
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException other) {
      return OptionalLong.empty();
    }
  }
}
