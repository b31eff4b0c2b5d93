package dev.sextant.jdbc.shell;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** The part of the demo that shows functions whose authors need not be trusted. */
final class SandboxTour {
  private static final String NO_HOST = "38S02";
  private static final String VOWELS =
      """
      CREATE OR REPLACE FUNCTION vowels(word TEXT) RETURNS INTEGER
      LANGUAGE WAT SANDBOX untrusted DETERMINISTIC AS $$
        (module (memory 1)
          (func (export "vowels") (param $at i32) (param $length i32) (result i64)
            (local $end i32) (local $count i64)
            (local.set $end (i32.add (local.get $at) (local.get $length)))
            (block $done
              (loop $next
                (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
                ;; One bit for each of a, e, i, o and u.
                (local.set $count
                  (i64.add (local.get $count)
                    (i64.and (i64.const 1)
                      (i64.shr_u (i64.const 0x208222)
                        (i64.extend_i32_u
                          (i32.and (i32.const 31) (i32.load8_u (local.get $at))))))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $next)))
            (local.get $count))) $$""";
  private static final String SLUG =
      """
      CREATE OR REPLACE FUNCTION slug(t TEXT) RETURNS TEXT
      LANGUAGE JAVASCRIPT SANDBOX untrusted DETERMINISTIC AS $$
        function slug(t) { return t.toLowerCase().replace(/[^a-z0-9]+/g, '-'); } $$""";
  private static final String SNOOP =
      """
      CREATE OR REPLACE FUNCTION snoop() RETURNS TEXT
      LANGUAGE JAVASCRIPT SANDBOX untrusted AS $$
        function snoop() { return java.lang.System.getProperty('user.home'); } $$""";
  private static final String USE =
      """
      SELECT word, vowels(word) AS vowels
      FROM glosses
      WHERE vowels(word) > 5
      ORDER BY embedding <=> EMBED('a dispute about words')
      LIMIT 3""";
  private static final String SLUGS =
      "SELECT slug(word || ': ' || gloss) AS slug FROM glosses ORDER BY id LIMIT 3";
  private static final String AUDIT =
      """
      SELECT function, profile, event, detail
      FROM sextant.sandbox_audit ORDER BY seq DESC LIMIT 1""";

  private final Connection connection;
  private final Screen screen;
  private final PrintStream out;

  SandboxTour(Connection connection, Screen screen) {
    this.connection = connection;
    this.screen = screen;
    this.out = screen.out();
  }

  /** Runs it. */
  void run() throws SQLException {
    out.println();
    out.println("-- A function in WebAssembly, which can reach nothing but its arguments");
    execute(VOWELS);
    screen.query(connection, USE);
    out.println();
    out.println("-- A function in JavaScript, in a process that can only compute");
    try {
      execute(SLUG);
      screen.query(connection, SLUGS);
      out.println();
      out.println("-- One that tries to look around, and what is remembered of it");
      execute(SNOOP);
      attempt("SELECT snoop()");
      screen.query(connection, AUDIT);
    } catch (SQLException refused) {
      if (!NO_HOST.equals(refused.getSQLState())) {
        throw refused;
      }
      out.println("-- Not here: " + refused.getMessage());
    }
  }

  private void execute(String sql) throws SQLException {
    out.println(sql + ";");
    long start = screen.nanoTime().getAsLong();
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    out.printf(Locale.ROOT, "%.1f ms%n", screen.millisSince(start));
  }

  private void attempt(String sql) throws SQLException {
    out.println(sql + ";");
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      throw new SQLException("the sandbox let through: " + result.next());
    } catch (SQLException denied) {
      if (denied.getSQLState() == null) {
        throw denied;
      }
      out.println(denied.getSQLState() + ": " + denied.getMessage());
    }
  }
}
