package dev.sextant.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rules that a look at the source files decides. */
class TidyTest {
  private static final int MAX_FILE_LINES = 500;
  private static final int MAX_LINE_CHARS = 100;
  private static final long MAX_FILE_BYTES = 512 * 1024;

  /**
   * Something that must not be called.
   *
   * @param call how it looks in code
   * @param instead what to do
   * @param allowed parts of paths where it may stand
   */
  private record Banned(Pattern call, String instead, List<String> allowed) {
    static Banned everywhere(String regex, String instead) {
      return new Banned(Pattern.compile(regex), instead, List.of());
    }
  }

  private static final List<Banned> BANNED =
      List.of(
          new Banned(
              Pattern.compile("\\bSystem\\s*\\.\\s*(currentTimeMillis|nanoTime)\\b"),
              "take a java.time.Clock or InstantSource through the constructor",
              List.of("/jdbc/shell/", "/jdbc/bench/", "/src/test/")),
          new Banned(
              Pattern.compile("\\bSystem\\s*\\.\\s*exit\\b"),
              "return an exit code to the shell's Main, which alone exits",
              List.of("/jdbc/shell/Main.java")),
          Banned.everywhere(
              "\\bThread\\s*\\.\\s*sleep\\b",
              "wait for what is to happen: a latch, a Future, a condition"),
          Banned.everywhere(
              "\\bArena\\s*\\.\\s*(ofAuto|global)\\b",
              "use Arena.ofConfined, or an Arena.ofShared owned by one AutoCloseable"),
          Banned.everywhere("\\.\\s*printStackTrace\\b", "log to a System.Logger, or rethrow"),
          Banned.everywhere(
              "\\.\\s*addShutdownHook\\b", "let the owner close what it opened: see Database"),
          Banned.everywhere(
              "\\bnew\\s+(java\\.util\\.)?Random\\s*\\(\\s*\\)",
              "give a seed that is printed: new Random(seed)"),
          Banned.everywhere(
              "@(org\\.junit\\.jupiter\\.api\\.)?Disabled\\b",
              "make the test pass, or delete it with what it tests"));

  /** What programs leave behind: crash reports, logs, replays, profiles. */
  private static final Pattern LEFT_BEHIND =
      Pattern.compile(
          "(^|/)(hs_err_pid|replay_pid|core\\.|\\.jqwik-database)|\\.(log|jfr|jsa|hprof)$");

  private static final Pattern LATER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  @Test
  void filesAndLinesAreShort() {
    Exemptions exempt = Exemptions.of("size");
    List<String> problems = new ArrayList<>();
    for (Path file : House.sources()) {
      List<String> lines = House.text(file).lines().toList();
      if (lines.size() > MAX_FILE_LINES && !exempt.covers(House.name(file))) {
        problems.add(House.name(file) + ": " + lines.size() + " lines");
      }
      for (int i = 0; i < lines.size(); i++) {
        boolean link = lines.get(i).contains("://") || lines.get(i).startsWith("import ");
        if (lines.get(i).length() > MAX_LINE_CHARS && !link) {
          problems.add(House.name(file) + ":" + (i + 1) + ": more than 100 characters");
        }
      }
    }
    exempt.requireAllUsed();
    assertThat(problems).as("files of 500 lines, lines of 100 characters").isEmpty();
  }

  @Test
  void bannedCallsAreNotMade() {
    Exemptions exempt = Exemptions.of("banned");
    List<String> problems = new ArrayList<>();
    for (Path file : House.sources()) {
      String path = "/" + House.name(file);
      String code = JavaText.code(House.text(file));
      for (Banned banned : BANNED) {
        Matcher matcher = banned.call().matcher(code);
        boolean allowed = banned.allowed().stream().anyMatch(path::contains);
        while (!allowed && matcher.find()) {
          if (!exempt.covers(House.name(file))) {
            problems.add(at(file, code, matcher) + "; " + banned.instead());
          }
        }
      }
    }
    exempt.requireAllUsed();
    assertThat(problems).as("calls that the house rules ban").isEmpty();
  }

  private static String at(Path file, String text, Matcher match) {
    long line = text.substring(0, match.start()).lines().count();
    return House.name(file) + ":" + Math.max(1, line) + ": " + match.group();
  }

  @Test
  void nothingIsLeftForLater() {
    List<String> problems = new ArrayList<>();
    for (Path file : House.sources()) {
      String text = House.text(file);
      Matcher matcher = LATER.matcher(text);
      while (matcher.find()) {
        problems.add(at(file, text, matcher));
      }
    }
    assertThat(problems).as("notes to come back; open an issue instead").isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> problems = new TreeSet<>();
    for (Path file : House.mainSources()) {
      Path info = file.resolveSibling("package-info.java");
      if (!Files.exists(info)) {
        problems.add(House.name(info) + " is missing");
      } else if (!JavaText.code(House.text(info)).contains("@NullMarked")) {
        problems.add(House.name(info) + " lacks @NullMarked");
      }
    }
    assertThat(problems).as("packages with @NullMarked in package-info.java").isEmpty();
  }

  @Test
  void theRepositoryHoldsTextOnly() throws IOException, InterruptedException {
    Exemptions exempt = Exemptions.of("binary");
    List<String> problems = new ArrayList<>();
    for (String name : trackedFiles()) {
      Path file = House.root().resolve(name);
      if (!Files.isRegularFile(file)) {
        continue;
      }
      if (Files.size(file) > MAX_FILE_BYTES) {
        problems.add(name + ": " + Files.size(file) + " bytes, more than 512 KiB");
      }
      if (holdsNul(file) && !exempt.covers(name)) {
        problems.add(name + ": binary");
      }
      if (LEFT_BEHIND.matcher(name).find()) {
        problems.add(name + ": left behind by a run; it belongs in .gitignore");
      }
    }
    exempt.requireAllUsed();
    assertThat(problems).as("files that git tracks").isEmpty();
  }

  private static boolean holdsNul(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      for (byte b : in.readAllBytes()) {
        if (b == 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** What git tracks; the source files where there is no git, as in an unpacked archive. */
  private static List<String> trackedFiles() throws InterruptedException {
    List<String> sources = House.sources().stream().map(House::name).toList();
    try {
      Process git =
          new ProcessBuilder("git", "ls-files", "-z")
              .directory(House.root().toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      git.getOutputStream().close();
      String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean ended = git.waitFor(30, TimeUnit.SECONDS);
      return ended && git.exitValue() == 0 ? List.of(names.split("\0", -1)) : sources;
    } catch (IOException noGit) {
      return sources;
    }
  }
}
