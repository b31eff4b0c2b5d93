package dev.sextant.jdbc;

import java.util.List;

/** Which generated keys a caller asks an INSERT for. */
sealed interface KeyRequest {

  /** None: nothing is added to the statement. */
  record None() implements KeyRequest {}

  /** The primary key, else the rowid. */
  record Automatic() implements KeyRequest {}

  /** The columns of these names. */
  record Named(List<String> columns) implements KeyRequest {}

  /** The columns at these places in the table, from 1. */
  record Positions(List<Integer> columns) implements KeyRequest {}
}
