package dev.sextant.engine.route.learn;

import java.util.List;

/** How well each of some models is expected to answer a prompt. */
public interface QualityModel {
  /** One prediction for each model, in the order of the outcomes that were learned from. */
  List<Expected> expect(float[] features);
}
