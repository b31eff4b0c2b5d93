package dev.sextant.engine.route.define;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The most that calls may cost.
 *
 * @param name as SQL calls it, in lower case
 * @param scope which calls weigh on it
 * @param key the route or the user; empty for all calls, and for a budget that each user has
 * @param limitNanoUsd the most that is spent in a window
 * @param window how long a window is; empty where there is only one, without end
 * @param exhausted what happens to calls that it does not grant
 */
public record Budget(
    String name,
    Scope scope,
    String key,
    long limitNanoUsd,
    Optional<Duration> window,
    Exhausted exhausted) {
  /** Which calls weigh on a budget. */
  public enum Scope {
    /** Every call. */
    ALL,
    /** Those through a route. */
    ROUTE,
    /** Those of a user, as the option {@code user} of a call names one. */
    USER
  }

  /** What happens to calls that a budget does not grant. */
  public enum Exhausted {
    /** They fail. */
    REJECT,
    /** The cheapest target that it still grants is asked, whatever the policy says. */
    CHEAPEST,
    /** They take place, with a warning. */
    WARN;

    /** The value of that name, whatever its case. */
    public static Exhausted of(String name) {
      return Names.choice(
          "choice of ON EXHAUSTED",
          name,
          List.of(values()),
          value -> value.name().toLowerCase(Locale.ROOT));
    }
  }

  /** Refuses limits and windows that are none. */
  public Budget {
    if (limitNanoUsd < 0 || window.map(Duration::toMillis).orElse(1L) < 1) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Budget \"%s\" needs a limit from 0 and a window above 0.".formatted(name));
    }
  }

  /** Whether a call weighs on it. */
  public boolean weighs(String route, String user) {
    return switch (scope) {
      case ALL -> true;
      case ROUTE -> key.equals(route);
      case USER -> key.isEmpty() ? !user.isEmpty() : key.equals(user);
    };
  }

  /** The name of what a user's calls draw on: each user has one of a budget for users. */
  public String purse(String user) {
    return scope == Scope.USER && key.isEmpty() ? name + ":" + user : name;
  }
}
