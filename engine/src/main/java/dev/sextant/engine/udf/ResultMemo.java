package dev.sextant.engine.udf;

import dev.sextant.udf.Language;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Results of one function that an execution may ask for again, the oldest forgotten first. For a
 * function whose calls cost less than a look-up, and where nothing is asked for twice, nothing is
 * kept.
 */
final class ResultMemo {
  private static final int MAX_RESULTS = 65_536;
  private static final long MAX_BYTES = 16L << 20;
  private static final int TRIAL_CALLS = 32;
  private static final long CHEAP_NANOS = 1000;
  private static final int TRIAL_LOOKUPS = 4096;
  private static final int HIT_SHARE = 16;

  private final boolean repeatable;
  private final boolean batched;
  private final boolean cheap;
  private final Map<Key, Known> results = new LinkedHashMap<>();
  private long bytes;
  private long calls;
  private long nanos;
  private long lookups;
  private long hits;
  private int used;

  /** The converted arguments of a call. */
  record Key(List<@Nullable Object> values) {}

  /** A result. */
  static final class Known {
    private final @Nullable Object value;
    private final long size;
    private boolean waiting;

    Known(@Nullable Object value, long size, boolean waiting) {
      this.value = value;
      this.size = size;
      this.waiting = waiting;
    }

    @Nullable Object value() {
      return value;
    }
  }

  ResultMemo(UserFunction function) {
    this.repeatable = function.definition().deterministic();
    this.batched = function.isBatched();
    Language language = function.definition().language();
    this.cheap = language == Language.WASM || language == Language.WAT;
  }

  static Key key(@Nullable Object[] arguments) {
    List<@Nullable Object> values = new ArrayList<>(arguments.length);
    for (Object argument : arguments) {
      values.add(argument instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : argument);
    }
    return new Key(values);
  }

  /** Whether results are worth keeping. */
  boolean isUsed() {
    if (!repeatable) {
      return false;
    }
    if (batched) {
      return true;
    }
    boolean wanted = lookups < TRIAL_LOOKUPS || hits * HIT_SHARE >= lookups;
    boolean dear = calls < TRIAL_CALLS ? !cheap : nanos > calls * CHEAP_NANOS;
    return wanted && dear;
  }

  void called(long took) {
    calls++;
    nanos += took;
  }

  boolean holds(Key key) {
    return results.containsKey(key);
  }

  @Nullable Known find(Key key) {
    lookups++;
    Known known = results.get(key);
    if (known != null) {
      hits++;
      used += known.waiting ? 1 : 0;
      known.waiting = false;
    }
    return known;
  }

  /** How many of the results kept ahead were asked for, since the last call of this. */
  int takeUsed() {
    int taken = used;
    used = 0;
    return taken;
  }

  /**
   * Keeps a result.
   *
   * @param ahead whether nobody has asked for it yet
   */
  void keep(Key key, @Nullable Object value, boolean ahead) {
    long size = 64 + Values.size(value);
    for (Object part : key.values()) {
      size += part instanceof ByteBuffer buffer ? 64 + buffer.capacity() : Values.size(part);
    }
    Known before = results.put(key, new Known(value, size, ahead));
    bytes += size - (before == null ? 0 : before.size);
    Iterator<Known> oldest = results.values().iterator();
    while ((bytes > MAX_BYTES || results.size() > MAX_RESULTS) && results.size() > 1) {
      bytes -= oldest.next().size;
      oldest.remove();
    }
  }
}
