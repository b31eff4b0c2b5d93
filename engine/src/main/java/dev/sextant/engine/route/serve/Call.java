package dev.sextant.engine.route.serve;

import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteSet;

/**
 * A prompt that looks for an answer.
 *
 * @param set the definitions
 * @param route that it takes
 * @param prompt what is to be answered
 * @param options what it demands
 */
public record Call(RouteSet set, Route route, String prompt, CallOptions options) {
  /**
   * A call of a route, or of a model by name.
   *
   * @throws dev.sextant.engine.error.SextantException {@code 22023} where neither is there
   */
  public static Call of(RouteSet set, String routeOrModel, String prompt, CallOptions options) {
    return new Call(set, set.routeOrModel(routeOrModel), prompt, options);
  }
}
