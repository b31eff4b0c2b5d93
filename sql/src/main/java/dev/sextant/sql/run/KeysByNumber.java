package dev.sextant.sql.run;

import dev.sextant.sql.plan.Step;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keys of rows, ordered by a number of each row: those of a range are neighbours. The numbers are
 * all integers or all floating, as SQLite stores them; it compares both kinds by their exact
 * values.
 */
final class KeysByNumber {
  /** Ranges of ids up to so many times their number are sorted by marking bits. */
  private static final int SPARSEST = 64;

  private static final double TWO_TO_63 = 0x1p63;

  private final long[] keys;
  private final long[] whole;
  private final double[] floating;

  private KeysByNumber(long[] keys, long[] whole, double[] floating) {
    this.keys = keys;
    this.whole = whole;
    this.floating = floating;
  }

  /** Part of the order. */
  record Slice(KeysByNumber of, int from, int to) {
    int count() {
      return to - from;
    }

    /** The keys, ascending. */
    long[] ascending() {
      return of.ascending(from, to);
    }
  }

  /**
   * Reads keys and numbers in the order of the numbers.
   *
   * @return empty where there are more than {@code most}, or others than numbers of one kind
   */
  static Optional<KeysByNumber> read(SqliteStatement rows, int most) {
    long[] keys = new long[Math.min(most, 1 << 10)];
    long[] bits = new long[keys.length];
    int count = 0;
    int kind = -1;
    while (rows.step()) {
      int type = rows.type(1);
      boolean isNumber = type == SqliteStatement.INTEGER || type == SqliteStatement.REAL;
      if (!isNumber || (count > 0 && type != kind) || count == most) {
        return Optional.empty();
      }
      if (count == keys.length) {
        int room = (int) Math.min(most, 2L * count);
        keys = Arrays.copyOf(keys, room);
        bits = Arrays.copyOf(bits, room);
      }
      kind = type;
      keys[count] = rows.getLong(0);
      boolean isWhole = type == SqliteStatement.INTEGER;
      bits[count++] = isWhole ? rows.getLong(1) : Double.doubleToRawLongBits(rows.getDouble(1));
    }
    keys = Arrays.copyOf(keys, count);
    if (kind == SqliteStatement.REAL) {
      double[] floating = new double[count];
      for (int i = 0; i < count; i++) {
        floating[i] = Double.longBitsToDouble(bits[i]);
      }
      return Optional.of(new KeysByNumber(keys, new long[0], floating));
    }
    return Optional.of(new KeysByNumber(keys, Arrays.copyOf(bits, count), new double[0]));
  }

  int size() {
    return keys.length;
  }

  /**
   * The rows within a range.
   *
   * @param low the value of its lower end, if it has one
   * @return empty where an end is no number: SQLite decides then
   */
  Optional<Slice> within(Step.NumberRange range, @Nullable Object low, @Nullable Object high) {
    int from = 0;
    int to = keys.length;
    if (range.low() != null) {
      if (!isNumber(low) || !(low instanceof Number number)) {
        return Optional.empty();
      }
      from = firstAbove(number, !range.low().inclusive());
    }
    if (range.high() != null) {
      if (!isNumber(high) || !(high instanceof Number number)) {
        return Optional.empty();
      }
      to = firstAbove(number, range.high().inclusive());
    }
    return Optional.of(new Slice(this, from, Math.max(from, to)));
  }

  private static boolean isNumber(@Nullable Object value) {
    return value instanceof Long
        || value instanceof Integer
        || (value instanceof Double real && !real.isNaN());
  }

  /** The first place whose number is greater than a value, or, if not {@code beyond}, as great. */
  private int firstAbove(Number value, boolean beyond) {
    int low = 0;
    int high = keys.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int compared = compare(middle, value);
      if (compared > 0 || (compared == 0 && !beyond)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private int compare(int place, Number value) {
    if (floating.length == 0) {
      return value instanceof Double real
          ? compare(whole[place], real)
          : Long.compare(whole[place], value.longValue());
    }
    double number = floating[place];
    return value instanceof Double real
        ? (number < real ? -1 : number > real ? 1 : 0)
        : -compare(value.longValue(), number);
  }

  /** An integer and a floating number by their exact values, as SQLite compares them. */
  static int compare(long whole, double floating) {
    if (floating >= TWO_TO_63) {
      return -1;
    }
    if (floating < -TWO_TO_63) {
      return 1;
    }
    long floor = (long) floating;
    return whole != floor
        ? Long.compare(whole, floor)
        : Double.compare((double) floor, floating + 0.0);
  }

  private long[] ascending(int from, int to) {
    if (from == to) {
      return new long[0];
    }
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (int i = from; i < to; i++) {
      least = Math.min(least, keys[i]);
      greatest = Math.max(greatest, keys[i]);
    }
    long width = greatest - least;
    if (width < 0 || width / SPARSEST >= to - from) {
      long[] sorted = Arrays.copyOfRange(keys, from, to);
      Arrays.sort(sorted);
      return sorted;
    }
    long[] marked = new long[(int) (width >>> 6) + 1];
    for (int i = from; i < to; i++) {
      long place = keys[i] - least;
      marked[(int) (place >>> 6)] |= 1L << place;
    }
    long[] sorted = new long[to - from];
    int count = 0;
    for (int word = 0; word < marked.length; word++) {
      for (long bits = marked[word]; bits != 0; bits &= bits - 1) {
        sorted[count++] = least + ((long) word << 6) + Long.numberOfTrailingZeros(bits);
      }
    }
    return sorted;
  }
}
