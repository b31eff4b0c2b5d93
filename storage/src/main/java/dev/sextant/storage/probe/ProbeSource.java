package dev.sextant.storage.probe;

import java.util.List;

/**
 * Some counters and how to come by them.
 *
 * @param name of the facility, for users
 * @param counters what it reads
 */
public record ProbeSource(String name, List<Counter> counters, Opener opener) {

  /** Opens a facility for the calling thread. */
  interface Opener {
    /**
     * Opens it.
     *
     * @throws UnavailableException with the reason why it cannot be had
     */
    Facility open() throws UnavailableException;
  }

  /** A source of the same counters that has none of them. */
  public ProbeSource lacking(String reason) {
    return new ProbeSource(
        name,
        counters,
        () -> {
          throw new UnavailableException(reason);
        });
  }
}
