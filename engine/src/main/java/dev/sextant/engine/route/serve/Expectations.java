package dev.sextant.engine.route.serve;

import dev.sextant.engine.route.learn.Expected;
import java.util.Map;

/** How well models are expected to answer a prompt, learned from recorded outcomes. */
@FunctionalInterface
public interface Expectations {
  /** Nothing was learned. */
  Expectations NONE = prompt -> Map.of();

  /** What is expected of each model by name; models of which nothing is known are left out. */
  Map<String, Expected> of(String prompt);
}
