package dev.sextant.storage.cache;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Numbers for the names of models, from 0, valid in this process. Safe for many threads. */
public final class ModelNames {
  private static final int FIRST = 8;

  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private volatile String[] first = {};

  /**
   * The number of a name, a new one if need be.
   *
   * @throws StorageException {@code RESOURCES} for too many names
   */
  public int number(String name) {
    // Few models are in use, and their users hold the very same names.
    String[] asGiven = first;
    for (int i = 0; i < asGiven.length; i++) {
      if (isSame(asGiven[i], name)) {
        return i;
      }
    }
    return lookUp(name);
  }

  @SuppressWarnings("ReferenceEquality") // another object of the same text is looked up
  private static boolean isSame(String one, String other) {
    return one == other;
  }

  private synchronized int lookUp(String name) {
    Integer known = numbers.get(name);
    if (known != null) {
      return known;
    }
    if (names.size() == CacheValue.MAX_MODELS) {
      throw new StorageException(
          Kind.RESOURCES,
          "The embedding cache knows at most " + CacheValue.MAX_MODELS + " models, not one more.");
    }
    names.add(name);
    numbers.put(name, names.size() - 1);
    first = names.subList(0, Math.min(FIRST, names.size())).toArray(String[]::new);
    return names.size() - 1;
  }

  /** The number of a name that has one. */
  public synchronized OptionalInt find(String name) {
    Integer known = numbers.get(name);
    return known == null ? OptionalInt.empty() : OptionalInt.of(known);
  }

  /** The name of a number. */
  public synchronized String name(int number) {
    return names.get(number);
  }

  /** How many names there are. */
  public synchronized int size() {
    return names.size();
  }
}
