package dev.sextant.jdbc;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.sql.SqlEngine;
import dev.sextant.sql.SqlSession;
import dev.sextant.storage.numa.NumaMachine;
import java.sql.Connection;
import java.util.Optional;

/** The driver's connection to a database in memory that takes the machine to be another one. */
public final class MachineConnection {
  private MachineConnection() {}

  /** Opens one; its database is closed with it. */
  public static Connection open(NumaMachine machine) {
    SqlEngine engine = new SqlEngine(new Database(Optional.empty(), Settings.defaults(), machine));
    SqlSession session = engine.connect();
    return new SextantConnection(
        new Databases.Lease() {
          @Override
          public SqlSession session() {
            return session;
          }

          @Override
          public void close() {
            session.close();
            engine.close();
          }
        },
        "jdbc:sextant::memory:",
        "test");
  }
}
