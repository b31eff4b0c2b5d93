/**
 * What routing did, in a file of its own beside the database: decisions, attempts, outcomes, and
 * the money that is spent and put aside. It survives a ROLLBACK of the user's transaction, since
 * the calls took place all the same.
 *
 * <p>Start at {@link dev.sextant.engine.route.ledger.RoutingLog}.
 */
@NullMarked
package dev.sextant.engine.route.ledger;

import org.jspecify.annotations.NullMarked;
