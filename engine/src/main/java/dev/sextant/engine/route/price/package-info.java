/**
 * What calls cost: prices with dates, and exact decimal arithmetic over them.
 *
 * <p>Start at {@link dev.sextant.engine.route.price.PriceList}.
 */
@NullMarked
package dev.sextant.engine.route.price;

import org.jspecify.annotations.NullMarked;
