package dev.sextant.engine.cache.policy;

/**
 * The few keys that a stream asks for most, by the Space-Saving algorithm of Metwally, Agrawal and
 * El Abbadi (ICDT 2005). A newcomer takes the place and the count of the key that was seen least.
 */
final class HeavyKeys {
  private static final int PLACES = 64;

  private final KeyMap places = new KeyMap(PLACES);
  private final long[] keys = new long[PLACES];
  private final int[] counts = new int[PLACES];
  private final int[] inherited = new int[PLACES];
  private int used;

  void add(long key) {
    int place = places.get(key);
    if (place == KeyMap.ABSENT) {
      if (used < PLACES) {
        place = used++;
      } else {
        place = least();
        places.remove(keys[place]);
        inherited[place] = counts[place];
      }
      keys[place] = key;
      places.put(key, place);
    }
    counts[place]++;
  }

  private int least() {
    int least = 0;
    for (int i = 1; i < PLACES; i++) {
      if (counts[i] < counts[least]) {
        least = i;
      }
    }
    return least;
  }

  int size() {
    return used;
  }

  long key(int place) {
    return keys[place];
  }

  /** How often the key was seen at the least. */
  int count(int place) {
    return counts[place] - inherited[place];
  }
}
