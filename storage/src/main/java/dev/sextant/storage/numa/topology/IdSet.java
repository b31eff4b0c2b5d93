package dev.sextant.storage.numa.topology;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A set of numbers of CPUs or of nodes. Its text is the kernel's list, such as {@code
 * 0-2,33,72-73}. Values from 0 to {@link #MAX_ID}.
 */
public final class IdSet {
  /** The largest number; the kernel of today stops at 8,191 CPUs and 1,023 nodes. */
  public static final int MAX_ID = 65_535;

  /** No number. */
  public static final IdSet EMPTY = new IdSet(new BitSet());

  private final BitSet bits;

  private IdSet(BitSet bits) {
    this.bits = bits;
  }

  /**
   * A copy of some bits.
   *
   * @throws IllegalArgumentException above {@link #MAX_ID}
   */
  public static IdSet of(BitSet bits) {
    if (bits.length() > MAX_ID + 1) {
      throw new IllegalArgumentException("a number up to " + MAX_ID + ": " + (bits.length() - 1));
    }
    return new IdSet((BitSet) bits.clone());
  }

  /** Some numbers. */
  public static IdSet of(int... ids) {
    BitSet bits = new BitSet();
    IntStream.of(ids).forEach(bits::set);
    return of(bits);
  }

  /** Some numbers. */
  public static IdSet of(Collection<Integer> ids) {
    BitSet bits = new BitSet();
    ids.forEach(bits::set);
    return of(bits);
  }

  /** All numbers from one to another, both in it. */
  public static IdSet range(int first, int last) {
    BitSet bits = new BitSet();
    bits.set(first, last + 1);
    return of(bits);
  }

  /** Reads the kernel's list form; see {@link IdFormat#list}. */
  public static IdSet parseList(String text) throws MalformedIds {
    return of(IdFormat.list(text));
  }

  /** Reads the kernel's mask form; see {@link IdFormat#map}. */
  public static IdSet parseMap(String text) throws MalformedIds {
    return of(IdFormat.map(text));
  }

  /** Whether a number is in it. */
  public boolean contains(int id) {
    return id >= 0 && bits.get(id);
  }

  /** Whether all numbers of another set are in it. */
  public boolean containsAll(IdSet other) {
    return other.minus(this).isEmpty();
  }

  /** Whether it is empty. */
  public boolean isEmpty() {
    return bits.isEmpty();
  }

  /** How many. */
  public int size() {
    return bits.cardinality();
  }

  /** The smallest. */
  public OptionalInt first() {
    return isEmpty() ? OptionalInt.empty() : OptionalInt.of(bits.nextSetBit(0));
  }

  /** One more than the largest; 0 for the empty set. */
  public int end() {
    return bits.length();
  }

  /** Upwards. */
  public IntStream stream() {
    return bits.stream();
  }

  /** Upwards. */
  public List<Integer> toList() {
    return bits.stream().boxed().toList();
  }

  /** What is in both. */
  public IdSet intersect(IdSet other) {
    BitSet both = (BitSet) bits.clone();
    both.and(other.bits);
    return new IdSet(both);
  }

  /** What is in one or both. */
  public IdSet union(IdSet other) {
    BitSet either = (BitSet) bits.clone();
    either.or(other.bits);
    return new IdSet(either);
  }

  /** What is not in the other. */
  public IdSet minus(IdSet other) {
    BitSet rest = (BitSet) bits.clone();
    rest.andNot(other.bits);
    return new IdSet(rest);
  }

  /** The bits, lowest word first, as system calls take them. */
  public long[] words() {
    return bits.toLongArray();
  }

  /** As the kernel writes a mask of {@code width} bits: groups of 32, the highest first. */
  public String toMap(int width) {
    return IdFormat.writeMap(bits, width);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IdSet set && set.bits.equals(bits);
  }

  @Override
  public int hashCode() {
    return bits.hashCode();
  }

  @Override
  public String toString() {
    return IdFormat.writeList(bits);
  }
}
