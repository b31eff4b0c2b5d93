package dev.sextant.jdbc.shell;

import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The program behind {@code bin/sextant}: {@code shell [database]} or {@code demo [options]}. */
public final class Main {

  private static final String URL_PREFIX = "jdbc:sextant:";
  private static final String PROCESSES = "sandbox.processes=";

  private final PrintStream out;
  private final PrintStream err;

  private Main(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Runs one command and exits: 0 for success, 1 for a failure, 2 for wrong arguments. */
  public static void main(String[] args) {
    int status = new Main(System.out, System.err).run(List.of(args));
    System.out.flush();
    System.exit(status);
  }

  private int run(List<String> args) {
    String command = args.isEmpty() ? "shell" : args.getFirst();
    List<String> rest = args.isEmpty() ? List.of() : args.subList(1, args.size());
    try {
      return switch (command) {
        case "shell" -> shell(rest);
        case "demo" -> demo(rest);
        default -> throw new IllegalArgumentException("unknown command \"" + command + "\"");
      };
    } catch (IllegalArgumentException wrong) {
      err.println("sextant: " + wrong.getMessage());
      err.println("bin/sextant --help lists the commands and their options.");
      return 2;
    } catch (SQLException failure) {
      err.println(describe(failure));
      return 1;
    } catch (IOException failure) {
      err.println("sextant: " + failure);
      return 1;
    }
  }

  private int shell(List<String> args) throws SQLException, IOException {
    if (args.size() > 1) {
      throw new IllegalArgumentException(
          "the shell takes one database, but got " + String.join(" ", args));
    }
    String url = url(args.isEmpty() ? ":memory:" : args.getFirst());
    if (isTerminal()) {
      return new Shell(withProcesses(url), out).run();
    }
    Charset charset = Charset.forName(System.getProperty("stdin.encoding", "UTF-8"));
    try (Connection connection = DriverManager.getConnection(withProcesses(url))) {
      return new Script(connection, out, err).run(new InputStreamReader(System.in, charset));
    }
  }

  private int demo(List<String> args) throws SQLException, IOException {
    DemoOptions options = DemoOptions.parse(args);
    try (Connection connection =
        DriverManager.getConnection(withProcesses(url(options.database())))) {
      new Demo(connection, options, new Screen(out, isTerminal(), System::nanoTime)).run();
    }
    return 0;
  }

  static String url(String database) {
    return database.startsWith(URL_PREFIX) ? database : URL_PREFIX + database;
  }

  /** The URL with functions allowed to run in processes, unless it says otherwise. */
  static String withProcesses(String url) {
    return url.contains(PROCESSES)
        ? url
        : url + (url.indexOf('?') < 0 ? "?" : "&") + PROCESSES + "on";
  }

  /** An error as the shell prints it. */
  static String describe(SQLException failure) {
    String state = failure.getSQLState();
    return "Error" + (state == null ? "" : " " + state) + ": " + failure.getMessage();
  }

  private static boolean isTerminal() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }
}
