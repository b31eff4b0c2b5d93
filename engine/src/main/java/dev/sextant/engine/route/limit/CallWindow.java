package dev.sextant.engine.route.limit;

import dev.sextant.engine.route.limit.BreakerOptions.Window;

/*
 * A ring of buckets and the sum over them. A window of calls has a bucket for each call; one of
 * seconds has a bucket for each second of the clock, so that the oldest second leaves as a whole.
 */
/** The outcomes of the last calls, or of the last seconds. */
final class CallWindow {
  private final boolean bySecond;
  private final int[] calls;
  private final int[] failures;
  private final int[] slow;
  private int head;
  private long headSecond;
  private int totalCalls;
  private int totalFailures;
  private int totalSlow;

  CallWindow(Window window, long second) {
    this.bySecond = window.kind() == Window.Kind.SECONDS;
    this.calls = new int[window.size()];
    this.failures = new int[window.size()];
    this.slow = new int[window.size()];
    this.headSecond = second;
  }

  void record(long second, boolean failed, boolean slowly) {
    if (bySecond) {
      advanceTo(second);
    } else {
      clearNext();
    }
    calls[head]++;
    totalCalls++;
    if (failed) {
      failures[head]++;
      totalFailures++;
    }
    if (slowly) {
      slow[head]++;
      totalSlow++;
    }
  }

  /** Lets the seconds go that have left the window. */
  void advanceTo(long second) {
    if (bySecond) {
      long steps = Math.min(calls.length, second - headSecond);
      for (long i = 0; i < steps; i++) {
        clearNext();
      }
      headSecond = Math.max(headSecond, second);
    }
  }

  private void clearNext() {
    head = (head + 1) % calls.length;
    totalCalls -= calls[head];
    totalFailures -= failures[head];
    totalSlow -= slow[head];
    calls[head] = 0;
    failures[head] = 0;
    slow[head] = 0;
  }

  int calls() {
    return totalCalls;
  }

  int failures() {
    return totalFailures;
  }

  int slow() {
    return totalSlow;
  }
}
