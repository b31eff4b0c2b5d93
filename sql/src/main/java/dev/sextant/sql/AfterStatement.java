package dev.sextant.sql;

import dev.sextant.engine.Session;
import dev.sextant.sql.lex.StatementText;

/** What a statement that has run means for its session. */
final class AfterStatement {
  private AfterStatement() {}

  /** Follows the transaction and the schema. */
  static void follow(SqlSession owner, StatementText statement) {
    Session session = owner.session();
    switch (statement.kind()) {
      case BEGIN -> session.began();
      case COMMIT -> session.committed();
      case ROLLBACK -> session.ended();
      case SAVEPOINT -> session.savepointSet(statement.savepointName());
      case RELEASE -> session.savepointReleased(statement.savepointName());
      case DEFINITION -> {
        session.schemaChanged();
        owner.rowIds().clear();
      }
      case UTILITY -> owner.rowIds().clear();
      case QUERY, CHANGE, ROLLBACK_TO, EXPLAIN, SETTING -> {
        // No change of the transaction's state.
      }
    }
  }
}
