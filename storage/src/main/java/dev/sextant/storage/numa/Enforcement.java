package dev.sextant.storage.numa;

/** What happens where a placement cannot be had. */
public enum Enforcement {
  /** The work goes on, and the {@link Evidence} says what was got. */
  SOFT,
  /** It is an error, and nothing has changed. */
  STRICT
}
