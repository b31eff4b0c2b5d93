package dev.sextant.engine.measure.stats;

/** Times that a user of a schedule would see: from when a request was due, not from when it ran. */
public final class ResponseTimes {
  private ResponseTimes() {}

  /**
   * Response times of requests that were due at even distances and ran one after another. A slow
   * one makes those behind it late, and that is counted: what measuring only service times omits.
   *
   * @param starts when each began, in nanoseconds from when the first was due
   * @param services how long each took
   * @param interval nanoseconds between requests
   */
  public static long[] of(long[] starts, long[] services, long interval) {
    long[] responses = new long[starts.length];
    for (int i = 0; i < responses.length; i++) {
      responses[i] = starts[i] + services[i] - i * interval;
    }
    return responses;
  }
}
