package dev.sextant.engine.route.evaluate;

/**
 * When a log is refused.
 *
 * @param minEffective the least effective sample size
 * @param meanSlack how far the mean weight may be from 1
 * @param maxUnsupported the largest share of the policy's probability on targets that the log could
 *     not choose
 */
public record Rules(double minEffective, double meanSlack, double maxUnsupported) {
  /** 100 decisions, a mean weight of 0.9 to 1.1, no more than 1 % without support. */
  public static final Rules DEFAULT = new Rules(100, 0.1, 0.01);
}
