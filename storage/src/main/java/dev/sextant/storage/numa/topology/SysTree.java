package dev.sextant.storage.numa.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads small files of sysfs and procfs. A file that is absent is an empty result; all else that is
 * wrong with one is an empty result and a note.
 */
final class SysTree {
  private final Path sys;
  private final Path proc;
  private final List<DiscoveryNote> notes = new ArrayList<>();
  private long notesLeftOut;

  SysTree(Path sys, Path proc) {
    this.sys = sys;
    this.proc = proc;
  }

  Path sys(String path) {
    return sys.resolve(path);
  }

  Path proc(String path) {
    return proc.resolve(path);
  }

  void note(Object source, String what, String expected, String got) {
    if (notes.size() < TopologyLimits.NOTES) {
      notes.add(new DiscoveryNote(source.toString(), what, expected, shown(got)));
    } else {
      notesLeftOut++;
    }
  }

  List<DiscoveryNote> notes() {
    List<DiscoveryNote> all = new ArrayList<>(notes);
    if (notesLeftOut > 0) {
      all.add(
          new DiscoveryNote(
              sys.toString(),
              "the number of notes",
              "at most " + TopologyLimits.NOTES,
              notesLeftOut + " more"));
    }
    return List.copyOf(all);
  }

  private static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(TopologyLimits.NOTE_TEXT)
        .forEach(
            c -> {
              if (c < ' ') {
                shown.append("\\x").append(String.format(java.util.Locale.ROOT, "%02x", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown + (text.length() > TopologyLimits.NOTE_TEXT ? "…" : "");
  }

  /** The text of a file without blanks around it; up to a NUL byte, which is noted. */
  Optional<String> text(Path file) {
    String text;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(TopologyLimits.FILE_BYTES + 1);
      if (bytes.length > TopologyLimits.FILE_BYTES) {
        note(
            file,
            "the rest of the file is left",
            "at most " + TopologyLimits.FILE_BYTES + " bytes",
            "more");
      }
      text = new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException failure) {
      if (isUnder(file)) {
        note(file, "the file cannot be read", "text", reason(failure));
      }
      return Optional.empty();
    }
    int nul = text.indexOf('\0');
    if (nul < 0) {
      return Optional.of(text.strip());
    }
    String rest = text.substring(nul).replace("\0", "");
    note(
        file,
        rest.isBlank() ? "NUL bytes are left out" : "what follows a NUL byte is left out",
        "text without NUL bytes",
        text.strip());
    return Optional.of(text.substring(0, nul).strip());
  }

  /**
   * Whether something still stands there: a thread's folder may be gone, and that is no problem.
   */
  private static boolean isUnder(Path file) {
    Path folder = file.getParent();
    return folder != null && Files.exists(folder);
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    return failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  /** A whole number, negative ones too. */
  OptionalLong number(Path file) {
    Optional<String> text = text(file);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    OptionalLong number = whole(text.get());
    if (number.isEmpty()) {
      note(file, "no number is taken from it", "a whole number", quoted(text.get()));
    }
    return number;
  }

  /** A number that fits an int, else {@code -1}. */
  int id(Path file) {
    long value = number(file).orElse(-1);
    if (value > IdSet.MAX_ID) {
      return -1;
    }
    return (int) Math.max(value, -1);
  }

  static OptionalLong whole(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException notOne) {
      return OptionalLong.empty();
    }
  }

  static String quoted(String text) {
    return "\"" + text + "\"";
  }

  /** A set written as a list. */
  Optional<IdSet> list(Path file) {
    return text(file).flatMap(text -> ids(file, text, false));
  }

  /** A set written as a mask. */
  Optional<IdSet> map(Path file) {
    return text(file).flatMap(text -> ids(file, text, true));
  }

  /** A set in a text that was read from a file. */
  Optional<IdSet> ids(Path file, String text, boolean mask) {
    try {
      return Optional.of(mask ? IdSet.parseMap(text) : IdSet.parseList(text));
    } catch (MalformedIds malformed) {
      String form = mask ? "a mask of numbers: " : "a list of numbers: ";
      note(file, "no set is taken from it", form + malformed.expected(), malformed.got());
      return Optional.empty();
    }
  }

  /** The names in a folder, sorted; none where it is absent. */
  List<Path> children(Path folder) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path child : stream) {
        if (children.size() == TopologyLimits.CHILDREN) {
          String most = "at most " + TopologyLimits.CHILDREN + " names";
          note(folder, "the rest of the folder is left", most, "more");
          break;
        }
        children.add(child);
      }
    } catch (NoSuchFileException | NotDirectoryException absent) {
      return List.of();
    } catch (IOException failure) {
      note(folder, "the folder cannot be read", "a folder", reason(failure));
    } catch (DirectoryIteratorException failure) {
      note(folder, "the rest is left", "a folder", failure.toString());
    }
    children.sort(null);
    return children;
  }

  /** The numbers in the names of a folder that are made of a prefix and a number. */
  IdSet numbered(Path folder, String prefix) {
    Pattern pattern = Pattern.compile(Pattern.quote(prefix) + "(\\d{1,5})");
    List<Integer> ids = new ArrayList<>();
    for (Path child : children(folder)) {
      Matcher matcher = pattern.matcher(child.getFileName().toString());
      if (matcher.matches() && Integer.parseInt(matcher.group(1)) <= IdSet.MAX_ID) {
        ids.add(Integer.parseInt(matcher.group(1)));
      }
    }
    return IdSet.of(ids);
  }

  /** The value behind a key and a colon, such as those of {@code /proc/self/status}. */
  static Optional<String> field(String text, String key) {
    return text.lines()
        .filter(line -> line.startsWith(key + ":"))
        .map(line -> line.substring(key.length() + 1).strip())
        .findFirst();
  }
}
