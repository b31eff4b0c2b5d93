package dev.sextant.sql.plan;

import dev.sextant.sql.lex.StatementText;

/** How a statement will run. Immutable, shared between sessions. */
public sealed interface Plan {

  /** The statement. */
  StatementText statement();

  /** The statement goes to SQLite as written. */
  record Native(StatementText statement) implements Plan {}
}
