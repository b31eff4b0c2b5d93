package dev.sextant.sql;

import dev.sextant.storage.sqlite.ScalarFunction;

/** Makes a function of a test's callable in SQL, on the thread that runs the statement. */
public final class OwnFunction {
  private OwnFunction() {}

  /** Defines it for one session. */
  public static void define(SqlSession session, String name, ScalarFunction function) {
    session.session().connection().createFunction(name, function, ScalarFunction.Kind.VOLATILE);
  }
}
