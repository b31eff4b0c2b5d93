package dev.sextant.engine.cache;

/**
 * Which entries to invalidate: those of which all that is given holds.
 *
 * @param model the model's number, or {@link #ANY_MODEL}
 * @param createdBeforeMillis computed before that, milliseconds since 1970; {@link Long#MAX_VALUE}
 *     for whenever
 */
record EntryFilter(int model, long createdBeforeMillis) {
  static final int ANY_MODEL = -1;

  boolean matches(int entryModel, long createdMillis) {
    return (model == ANY_MODEL || model == entryModel) && createdMillis < createdBeforeMillis;
  }
}
