/**
 * What routing is made of, as SQL defines it: chat models, prices, endpoints, routes, budgets and
 * prompts, kept in the main file.
 *
 * <p>Start at {@link dev.sextant.engine.route.define.RouteCatalog}.
 */
@NullMarked
package dev.sextant.engine.route.define;

import org.jspecify.annotations.NullMarked;
