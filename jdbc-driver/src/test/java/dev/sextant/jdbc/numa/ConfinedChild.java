package dev.sextant.jdbc.numa;

import dev.sextant.jdbc.MachineConnection;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.kernel.Kernel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;

/**
 * Runs statements in a process that may not do all, and prints what each came to: {@code > } before
 * the values of a row, {@code ~ } before a warning, {@code ! } before an error's SQLSTATE and
 * message, {@code .} behind each statement.
 */
public final class ConfinedChild {
  private ConfinedChild() {}

  /**
   * Runs them.
   *
   * @param arguments what the thread is denied: {@code nothing}, {@code mbind} or {@code root}; the
   *     folder of a machine's files, or {@code host}; the statements
   */
  public static void main(String[] arguments) throws SQLException {
    List<String> statements = List.of(arguments).subList(2, arguments.length);
    switch (arguments[0]) {
      case "mbind" -> ThreadLimits.forbid(List.of(ThreadLimits.MBIND));
      case "root" -> {
        try (Connection connection = connect(arguments[1])) { // loads what nobody may not read
          run(connection, statements);
        }
        System.out.println("nobody");
        ThreadLimits.becomeNobody();
      }
      default -> {}
    }
    try (Connection connection = connect(arguments[1])) {
      run(connection, statements);
    }
  }

  private static Connection connect(String machine) throws SQLException {
    if (machine.equals("host")) {
      return DriverManager.getConnection("jdbc:sextant::memory:");
    }
    Path folder = Path.of(machine);
    return MachineConnection.open(
        new NumaMachine(folder.resolve("sys"), folder.resolve("proc"), Kernel::host));
  }

  private static void run(Connection connection, List<String> statements) throws SQLException {
    for (String sql : statements) {
      try (Statement statement = connection.createStatement()) {
        if (statement.execute(sql)) {
          print(statement.getResultSet());
        }
        for (SQLWarning told = statement.getWarnings();
            told != null;
            told = told.getNextWarning()) {
          System.out.println("~ " + told.getMessage());
        }
      } catch (SQLException refused) {
        System.out.println("! " + refused.getSQLState() + " " + refused.getMessage());
      }
      System.out.println(".");
    }
  }

  private static void print(ResultSet rows) throws SQLException {
    int columns = rows.getMetaData().getColumnCount();
    while (rows.next()) {
      StringBuilder row = new StringBuilder("> ");
      for (int i = 1; i <= columns; i++) {
        row.append(i == 1 ? "" : "|").append(rows.getString(i));
      }
      System.out.println(row);
    }
  }
}
