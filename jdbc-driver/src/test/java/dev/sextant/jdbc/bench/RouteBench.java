package dev.sextant.jdbc.bench;

import dev.sextant.engine.Database;
import dev.sextant.engine.Session;
import dev.sextant.engine.Settings;
import dev.sextant.engine.route.client.Tokens;
import dev.sextant.engine.route.define.RouteCatalog;
import dev.sextant.engine.route.define.RouteSet;
import dev.sextant.engine.route.serve.Call;
import dev.sextant.engine.route.serve.CallOptions;
import dev.sextant.engine.route.serve.Expectations;
import dev.sextant.engine.route.serve.Router;
import dev.sextant.sql.RowCursor;
import dev.sextant.sql.SqlEngine;
import dev.sextant.sql.SqlSession;
import dev.sextant.sql.SqlStatement;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What {@code ROUTE} costs over ten candidates, and what of it is the log.
 *
 * <p>Target: {@code route_us}, all of ROUTE but logging, at most 50.
 */
final class RouteBench {
  private static final int CANDIDATES = 10;
  private static final int PROMPTS = 256;
  private static final int WORDS = 40;
  private static final int WARM_UP = 60;
  private static final int ROUNDS = 41;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final List<String> VOCABULARY =
      List.of(
          """
          a about after all always answer apples because before between bought buys can change city
          code compute cost count database day difference does each error every explain find five
          for four from function give happens has history how hours if in index into is it language
          many matter mean number of on one or people per prime product program proof rate reason
          river says sell seven shop should some sort speed steps story sum table than that the
          their then they three time to train translate two under vector was water what when where
          which who why with word would year"""
              .split("\\s+"));

  private final Random random = new Random(42);
  private final List<String> prompts = new ArrayList<>();
  private final StringBuilder report = new StringBuilder();
  private long sink;

  private RouteBench() {}

  /**
   * Something that is timed.
   *
   * @param work routes all prompts
   */
  private record Contender(String name, Runnable work) {}

  /** Microseconds a prompt. */
  private record Times(double cpu, double clock) {
    Times minus(Times other) {
      return new Times(cpu - other.cpu, clock - other.clock);
    }
  }

  /** Runs it and prints its figures as the last line. */
  static void run(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    new RouteBench().measure(Pages.of(Pages.root(), args));
  }

  private void measure(Pages pages) throws Exception {
    Manifest manifest = new Manifest(Pages.root(), Map.of());
    Figures figures = new Figures("");
    for (int i = 0; i < PROMPTS; i++) {
      prompts.add(text(i));
    }
    heading();
    Path folder = Files.createTempDirectory("sextant-bench");
    try {
      Optional<Path> file = Optional.of(folder.resolve("a.db"));
      try (SqlEngine engine = new SqlEngine(new Database(file, Settings.defaults()));
          SqlSession session = engine.connect()) {
        define(session);
        contend(engine.database(), session, figures);
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    manifest.ended();
    report.append('\n').append(figures.table(manifest));
    pages.publish("route", report.toString(), new Pages.Run(figures, manifest));
    System.out.println("after " + sink + " decisions");
    System.out.println(figures.json("route"));
  }

  private void heading() {
    report
        .append("# ROUTE\n\n")
        .append(
            "%d candidates with prices and limits, policy multi_factor; %d distinct prompts of %d"
                .formatted(CANDIDATES, PROMPTS, WORDS))
        .append(
            "\ncommon English words. One thread; the log is a file. Contenders take turns, "
                + ROUNDS)
        .append(" rounds; times are\nmedians, in microseconds a prompt. Logging is what the router")
        .append(" takes with its log above\nwhat it takes without: log_us where a query logs many")
        .append(" decisions at once,\nlog_statement_us where each is a statement. route_us and")
        .append(" route_statement_us are\nthe CPU time of ROUTE above that of logging.\n")
        .append("Made by: bin/sextant bench route\n\n")
        .append("| | CPU | clock |\n|---|---:|---:|\n");
  }

  private String text(int number) {
    StringBuilder text = new StringBuilder("Question " + number + ":");
    for (int i = 2; i < WORDS; i++) {
      text.append(' ').append(VOCABULARY.get(random.nextInt(VOCABULARY.size())));
    }
    return text.append('?').toString();
  }

  private void define(SqlSession session) {
    List<String> targets = new ArrayList<>();
    for (int i = 0; i < CANDIDATES; i++) {
      execute(
          session,
          "CREATE CHAT MODEL m%d PROVIDER p (context 128000, capabilities 'json')".formatted(i));
      execute(
          session,
          "CREATE PRICE FOR m%d (input %d, output %d) VALID FROM '2026-01-01'"
              .formatted(i, i + 1, 4 * i + 4));
      execute(
          session,
          "CREATE ENDPOINT e%d FOR m%d KIND stub (answer 'x', rpm 1000000, max_inflight 8)"
              .formatted(i, i));
      targets.add("e" + i + " PRIORITY " + i);
    }
    execute(
        session,
        "CREATE ROUTE ten TARGETS (%s) USING POLICY multi_factor (cost 0.5, success 1)"
            .formatted(String.join(", ", targets)));
    execute(session, "CREATE TABLE prompts(id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
    try (SqlStatement insert = session.prepare("INSERT INTO prompts(text) VALUES (?)")) {
      for (String prompt : prompts) {
        insert.bind(1, prompt);
        insert.execute();
      }
    }
  }

  private static void execute(SqlSession session, String sql) {
    try (SqlStatement statement = session.prepare(sql)) {
      statement.execute();
    }
  }

  private static int rows(SqlStatement statement) {
    if (!(statement.execute() instanceof SqlStatement.Outcome.Rows(RowCursor cursor))) {
      throw new IllegalStateException("no rows: " + statement.sql());
    }
    int rows = 0;
    try (cursor) {
      while (cursor.next()) {
        rows += cursor.getText(0) == null ? 0 : 1;
      }
    }
    return rows;
  }

  private void contend(Database database, SqlSession session, Figures figures) {
    Router router = database.router();
    List<Call> calls = calls(database);
    try (SqlStatement query = session.prepare("SELECT ROUTE(text, 'ten') FROM prompts");
        SqlStatement each = session.prepare("SELECT ROUTE(?, 'ten')")) {
      List<Times> times =
          times(
              List.of(
                  new Contender("ROUTE in a query over the prompts", () -> sink += rows(query)),
                  new Contender("ROUTE in a statement for each", () -> each(each)),
                  new Contender(
                      "the router, logging many at once",
                      () -> sink += router.route(calls, call -> Expectations.NONE).size()),
                  new Contender(
                      "the router, logging each",
                      () -> calls.forEach(call -> sink += logged(router, call))),
                  new Contender(
                      "the router, logging none",
                      () ->
                          calls.forEach(
                              call -> sink += router.explain(call, Expectations.NONE).id())),
                  new Contender(
                      "of that, counting tokens",
                      () -> prompts.forEach(text -> sink += Tokens.count(text, Tokens.DEFAULT)))));
      Times plain = times.get(4);
      Times log = times.get(2).minus(plain);
      Times single = times.get(3).minus(plain);
      figures.add("route_us", times.get(0).minus(log).cpu());
      figures.add("route_statement_us", times.get(1).minus(single).cpu());
      figures.add("router_us", plain.cpu());
      figures.add("tokens_us", times.get(5).cpu());
      figures.add("log_us", log.cpu());
      figures.add("log_clock_us", log.clock());
      figures.add("log_statement_us", single.cpu());
      figures.add("log_statement_clock_us", single.clock());
    }
  }

  private static long logged(Router router, Call call) {
    return router.route(call, Expectations.NONE).id() & 1;
  }

  private List<Call> calls(Database database) {
    RouteSet set;
    try (Session session = database.connect()) {
      set = RouteCatalog.read(session.connection());
    }
    CallOptions none = CallOptions.parse(Optional.empty());
    return prompts.stream().map(prompt -> Call.of(set, "ten", prompt, none)).toList();
  }

  private void each(SqlStatement single) {
    for (String prompt : prompts) {
      single.bind(1, prompt);
      sink += rows(single);
    }
  }

  private List<Times> times(List<Contender> contenders) {
    double[][] cpu = new double[contenders.size()][ROUNDS];
    double[][] clock = new double[contenders.size()][ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        long start = System.nanoTime();
        long cpuStart = THREADS.getCurrentThreadCpuTime();
        contenders.get(i).work().run();
        if (round >= 0) {
          cpu[i][round] = (THREADS.getCurrentThreadCpuTime() - cpuStart) / 1e3 / PROMPTS;
          clock[i][round] = (System.nanoTime() - start) / 1e3 / PROMPTS;
        }
      }
    }
    List<Times> medians = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) {
      Arrays.sort(cpu[i]);
      Arrays.sort(clock[i]);
      Times median = new Times(cpu[i][ROUNDS / 2], clock[i][ROUNDS / 2]);
      medians.add(median);
      report.append(
          "| %s | %.1f | %.1f |\n"
              .formatted(contenders.get(i).name(), median.cpu(), median.clock()));
    }
    return medians;
  }
}
