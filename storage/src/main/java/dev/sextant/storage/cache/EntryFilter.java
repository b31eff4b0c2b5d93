package dev.sextant.storage.cache;

/**
 * Which entries to remove: those of which all that is given holds.
 *
 * @param model the model's number, or {@link #ANY_MODEL}
 * @param createdBeforeMillis computed before that, milliseconds since 1970; {@link Long#MAX_VALUE}
 *     for whenever
 */
public record EntryFilter(int model, long createdBeforeMillis) {
  /** Instead of a model's number: all models. */
  public static final int ANY_MODEL = -1;

  /** Whether it matches an entry of that model and age. */
  public boolean matches(int entryModel, long createdMillis) {
    return (model == ANY_MODEL || model == entryModel) && createdMillis < createdBeforeMillis;
  }
}
