package dev.sextant.engine.route.define;

import dev.sextant.engine.Names;
import java.util.List;
import java.util.Locale;

/** How a call of a model fails, and what may be done about it. */
public enum ErrorClass {
  /** It takes no more requests for now; it may say until when. */
  RATE_LIMIT(true, false),
  /** It gave no answer in time. */
  TIMEOUT(true, true),
  /** Nobody answers at the address. */
  CONNECT(true, true),
  /** It failed by its own word. */
  SERVER(true, true),
  /** It answered with what is no answer. */
  INVALID_RESPONSE(true, true),
  /** The prompt does not fit its window; one with a larger window may answer. */
  CONTEXT_LENGTH(true, false),
  /** It refuses the prompt for what it says. */
  CONTENT_FILTER(false, false),
  /** It does not take the secret. */
  AUTH(false, false),
  /** It does not take the request. */
  BAD_REQUEST(false, false),
  /** The caller gave up. */
  CANCELLED(false, false);

  private final boolean passesOn;
  private final boolean counts;

  ErrorClass(boolean passesOn, boolean counts) {
    this.passesOn = passesOn;
    this.counts = counts;
  }

  /** Whether another target may be asked after it. */
  public boolean passesOn() {
    return passesOn;
  }

  /** Whether it tells that the target is ill. */
  public boolean tellsOfTarget() {
    return counts;
  }

  /** The classes after which another target is asked unless a route says otherwise. */
  public static List<ErrorClass> passedOn() {
    return List.of(values()).stream().filter(ErrorClass::passesOn).toList();
  }

  /** The name in SQL. */
  public String sqlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The class of that name, whatever its case, among those that FALLBACK ON takes.
   *
   * @throws dev.sextant.engine.error.SextantException {@code 22023} naming the nearest known one
   */
  public static ErrorClass of(String name) {
    return Names.choice("error class for FALLBACK ON", name, passedOn(), ErrorClass::sqlName);
  }
}
