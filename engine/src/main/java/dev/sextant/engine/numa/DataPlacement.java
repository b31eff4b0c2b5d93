package dev.sextant.engine.numa;

import dev.sextant.storage.numa.Placement;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.MalformedIds;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where an index is to lie. */
public sealed interface DataPlacement {
  /** Wherever the system puts it. */
  record Anywhere() implements DataPlacement {}

  /** On some nodes. */
  record On(Placement placement) implements DataPlacement {}

  /** A copy on each node that threads run on; each is read from its own node. */
  record Replicate() implements DataPlacement {}

  /** As SQL writes it; {@link #parse} reads it. */
  default String label() {
    return switch (this) {
      case Anywhere _ -> "DEFAULT";
      case On(Placement placement) -> placement.label();
      case Replicate _ -> "REPLICATE";
    };
  }

  /** Reads a label; empty for another text. */
  static Optional<DataPlacement> parse(String label) {
    Matcher matcher = Labels.ON.matcher(label);
    if (label.equals("DEFAULT")) {
      return Optional.of(new Anywhere());
    }
    if (label.equals("REPLICATE")) {
      return Optional.of(new Replicate());
    }
    if (label.equals("LOCAL")) {
      return Optional.of(new On(new Placement.Local()));
    }
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      IdSet nodes = IdSet.parseList(matcher.group(2));
      if (nodes.isEmpty() || (nodes.size() > 1 && !matcher.group(1).equals("INTERLEAVE"))) {
        return Optional.empty();
      }
      int first = nodes.first().orElseThrow();
      return Optional.of(
          new On(
              switch (matcher.group(1)) {
                case "BIND" -> new Placement.Bind(first);
                case "PREFERRED" -> new Placement.Preferred(first);
                default -> new Placement.Interleave(nodes);
              }));
    } catch (MalformedIds otherwise) {
      return Optional.empty();
    }
  }

  /** The form of labels that name nodes. */
  final class Labels {
    private static final Pattern ON =
        Pattern.compile("(BIND|PREFERRED|INTERLEAVE)\\(([-0-9,]+)\\)");

    private Labels() {}
  }
}
