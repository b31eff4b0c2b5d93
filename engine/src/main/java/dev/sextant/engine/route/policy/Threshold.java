package dev.sextant.engine.route.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A strong target where it is expected to gain enough over a weak one, else the weak one (Ong et
 * al., "RouteLLM", arXiv 2406.18665).
 *
 * @param weak the name of the cheap target
 * @param strong the name of the good one
 * @param gain the least gain of expected quality that is worth the strong one
 */
public record Threshold(String weak, String strong, double gain) implements Policy {
  /** Refuses a gain that is no number. */
  public Threshold {
    if (Double.isNaN(gain)) {
      throw new IllegalArgumentException("The gain must be a number");
    }
  }

  @Override
  public Optional<Rejection> rejection(Candidate candidate) {
    return Policy.unlessNamed(List.of(weak, strong), candidate);
  }

  @Override
  public Distribution over(List<Candidate> eligible, Situation situation) {
    List<Score> scores = new ArrayList<>();
    for (Candidate candidate : eligible) {
      Score.Term quality = new Score.Term("quality", Policy.expectedQuality(candidate));
      scores.add(
          candidate.endpoint().equals(weak)
              ? new Score(List.of(quality, new Score.Term("gain to reach", gain)))
              : new Score(List.of(quality)));
    }
    return Distribution.best(scores);
  }
}
