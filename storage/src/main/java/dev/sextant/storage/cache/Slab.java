package dev.sextant.storage.cache;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/*
 * A table of buckets, whose size follows from the byte budget and never changes, leads from a key
 * to the first record of its bucket, and records lead to the next. So a hit touches a bucket, a
 * header, and the vector that lies behind it.
 *
 * Entries are small numbers for the policy's sake; each knows its record and each record its entry.
 * An entry is made before its record, since the policy has to decide first.
 *
 * Pages of entries and of granules are taken from the memory one by one as they are needed and are
 * not given back before the memory is closed. When there is no more, the owner has to remove
 * entries.
 */
/** Vectors by their keys, off-heap. One thread at a time. */
public final class Slab {
  /** No record, no entry. */
  public static final int NONE = -1;

  /** The most floats of a vector. */
  public static final int MAX_DIMENSIONS = 32_767;

  private static final int MIN_GRANULE_SHIFT = 4;
  private static final int MAX_GRANULE_SHIFT = 12;
  private static final int BYTES_PER_BUCKET = 1024;
  private static final int PAGES_PER_SHARE = 64;

  private final SlabMemory memory;
  private final MemorySegment buckets;
  private final int bucketMask;
  private final Granules granules;
  private final int entryShift;
  private MemorySegment[] entryPages = {};
  private int freeEntry = NONE;
  private int records;

  /**
   * An empty slab.
   *
   * @param shareBytes about how much of the memory it may get; decides sizes of pages and buckets
   * @throws StorageException {@code RESOURCES} where the memory has no room for the buckets
   */
  public Slab(SlabMemory memory, long shareBytes) {
    this.memory = memory;
    int wanted = Math.clamp(shareBytes / BYTES_PER_BUCKET, 16, 1 << 28);
    int count = Integer.highestOneBit(wanted);
    this.bucketMask = count - 1;
    long perPage = Math.max(1, shareBytes / PAGES_PER_SHARE / SlabLayout.GRANULE_BYTES);
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(perPage);
    this.entryShift = Math.clamp(shift, MIN_GRANULE_SHIFT, MAX_GRANULE_SHIFT);
    this.granules = new Granules(memory, entryShift);
    this.buckets =
        memory
            .allocate((long) count * Integer.BYTES)
            .orElseThrow(
                () ->
                    new StorageException(
                        Kind.RESOURCES,
                        "The embedding cache needs "
                            + (long) count * Integer.BYTES
                            + " bytes for its index but its budget or memory_limit has no room."
                            + " Raise cache.hot_bytes or memory_limit."));
    buckets.fill((byte) 0xFF);
  }

  /** What a vector of that many floats takes of the memory, with all that is kept for it. */
  public static int bytesOf(int dimensions) {
    return SlabLayout.granules(dimensions) * (SlabLayout.GRANULE_BYTES + Integer.BYTES)
        + SlabLayout.ENTRY_BYTES;
  }

  /** What the slab takes beside its entries: its buckets, and a page of each kind partly used. */
  public long overheadBytes() {
    return buckets.byteSize() + granules.pageBytes() + entryPageBytes();
  }

  private long entryPageBytes() {
    return (long) SlabLayout.ENTRY_BYTES << entryShift;
  }

  /** How many vectors there are. */
  public int size() {
    return records;
  }

  /** The record of a key, or {@link #NONE}. */
  public int find(CacheKey key) {
    int record = buckets.getAtIndex(SlabLayout.INT, bucket(key.a()));
    while (record != NONE) {
      MemorySegment page = granules.page(record);
      long at = granules.at(record);
      if (page.get(SlabLayout.LONG, at) == key.a()
          && page.get(SlabLayout.LONG, at + 8) == key.b()
          && page.get(SlabLayout.LONG, at + 16) == key.c()
          && page.get(SlabLayout.LONG, at + 24) == key.d()) {
        return record;
      }
      record = page.get(SlabLayout.INT, at + SlabLayout.BUCKET_NEXT);
    }
    return NONE;
  }

  private int bucket(long firstWord) {
    return (int) firstWord & bucketMask;
  }

  private int intOf(int record, int field) {
    return granules.page(record).get(SlabLayout.INT, granules.at(record) + field);
  }

  private void setInt(int record, int field, int value) {
    granules.page(record).set(SlabLayout.INT, granules.at(record) + field, value);
  }

  private MemorySegment entryPage(int entry) {
    return entryPages[entry >>> entryShift];
  }

  private long entryAt(int entry) {
    return (long) (entry & ((1 << entryShift) - 1)) * SlabLayout.ENTRY_BYTES;
  }

  /** A new entry without a record, or {@link #NONE} where the memory has no room for one more. */
  public int newEntry() {
    if (freeEntry == NONE && !growEntries()) {
      return NONE;
    }
    int entry = freeEntry;
    freeEntry = entryPage(entry).get(SlabLayout.INT, entryAt(entry));
    entryPage(entry).set(SlabLayout.INT, entryAt(entry), NONE);
    return entry;
  }

  private boolean growEntries() {
    if ((long) (entryPages.length + 1) << entryShift > Integer.MAX_VALUE) {
      return false;
    }
    Optional<MemorySegment> page = memory.allocate(entryPageBytes());
    if (page.isEmpty()) {
      return false;
    }
    int first = entryPages.length << entryShift;
    entryPages = Arrays.copyOf(entryPages, entryPages.length + 1);
    entryPages[entryPages.length - 1] = page.get();
    for (int entry = first + (1 << entryShift) - 1; entry >= first; entry--) {
      freeEntry(entry);
    }
    return true;
  }

  private void freeEntry(int entry) {
    entryPage(entry).set(SlabLayout.INT, entryAt(entry), freeEntry);
    freeEntry = entry;
  }

  /**
   * Gives an entry its record: a key that has none, its vector, and what is kept with it.
   *
   * @return false where the memory has no room for it; nothing has then changed
   */
  public boolean store(int entry, CacheKey key, float[] vector, CacheValue value) {
    if (vector.length == 0 || vector.length > MAX_DIMENSIONS) {
      throw new StorageException(
          Kind.DIMENSIONS,
          "A cached vector has from 1 to "
              + MAX_DIMENSIONS
              + " dimensions but this one has "
              + vector.length
              + ".");
    }
    int count = SlabLayout.granules(vector.length);
    int record = granules.allocate(count);
    if (record == NONE) {
      return false;
    }
    granules.write(record, vector);
    boolean whole = granules.whole(record, count);
    MemorySegment page = granules.page(record);
    long at = granules.at(record);
    page.set(SlabLayout.LONG, at, key.a());
    page.set(SlabLayout.LONG, at + 8, key.b());
    page.set(SlabLayout.LONG, at + 16, key.c());
    page.set(SlabLayout.LONG, at + 24, key.d());
    page.set(SlabLayout.INT, at + SlabLayout.ENTRY, entry);
    page.set(SlabLayout.SHORT, at + SlabLayout.DIMENSIONS, (short) vector.length);
    setFlags(record, value.model() | (whole ? SlabLayout.WHOLE : 0));
    int checksum = granules.checksum(record, vector.length, whole);
    page.set(SlabLayout.INT, at + SlabLayout.CHECKSUM, checksum);
    page.set(SlabLayout.LONG, at + SlabLayout.EXPIRES, value.expiresMillis());
    page.set(SlabLayout.INT, at + SlabLayout.COST, value.costMicros());
    touch(record, value.createdMillis());
    MemorySegment entries = entryPage(entry);
    long entryAt = entryAt(entry);
    entries.set(SlabLayout.INT, entryAt, record);
    int tokens = value.tokens() | (value.truncated() ? SlabLayout.TRUNCATED : 0);
    entries.set(SlabLayout.INT, entryAt + SlabLayout.TOKENS, tokens);
    entries.set(SlabLayout.LONG, entryAt + SlabLayout.CREATED, value.createdMillis());
    int bucket = bucket(key.a());
    setInt(record, SlabLayout.BUCKET_NEXT, buckets.getAtIndex(SlabLayout.INT, bucket));
    buckets.setAtIndex(SlabLayout.INT, bucket, record);
    records++;
    return true;
  }

  /** Removes an entry and its record if it has one; its number is free. */
  public void remove(int entry) {
    int record = record(entry);
    if (record != NONE) {
      unlink(record);
      granules.free(record, SlabLayout.granules(dimensions(record)));
      records--;
    }
    freeEntry(entry);
  }

  private void unlink(int record) {
    int after = intOf(record, SlabLayout.BUCKET_NEXT);
    int bucket = bucket(granules.page(record).get(SlabLayout.LONG, granules.at(record)));
    int other = buckets.getAtIndex(SlabLayout.INT, bucket);
    if (other == record) {
      buckets.setAtIndex(SlabLayout.INT, bucket, after);
      return;
    }
    while (intOf(other, SlabLayout.BUCKET_NEXT) != record) {
      other = intOf(other, SlabLayout.BUCKET_NEXT);
    }
    setInt(other, SlabLayout.BUCKET_NEXT, after);
  }

  /**
   * Copies a record's vector out.
   *
   * @param target as long as the vector
   * @return false where the vector does not match its checksum; the target is then as it was
   */
  public boolean read(int record, float[] target) {
    int dimensions = dimensions(record);
    if (target.length != dimensions) {
      throw new StorageException(
          Kind.DIMENSIONS,
          "A cached vector of "
              + dimensions
              + " dimensions cannot be copied to an array of "
              + target.length
              + ". Give it an array as long as the model's vectors.");
    }
    if (!intact(record)) {
      return false;
    }
    granules.read(record, target, isWhole(record));
    return true;
  }

  private boolean isWhole(int record) {
    return (flags(record) & SlabLayout.WHOLE) != 0;
  }

  /** Whether a record's vector matches its checksum. */
  public boolean intact(int record) {
    int checksum = granules.checksum(record, dimensions(record), isWhole(record));
    return checksum == intOf(record, SlabLayout.CHECKSUM);
  }

  /** Shows a record's vector where it lies, whatever its checksum. */
  public void view(int record, VectorReader reader) {
    granules.view(record, dimensions(record), isWhole(record), reader);
  }

  /** The record of an entry, or {@link #NONE} before it is stored. */
  public int record(int entry) {
    return entryPage(entry).get(SlabLayout.INT, entryAt(entry));
  }

  /** The entry of a record. */
  public int entry(int record) {
    return intOf(record, SlabLayout.ENTRY);
  }

  /** The floats of a record's vector. */
  public int dimensions(int record) {
    return granules.page(record).get(SlabLayout.SHORT, granules.at(record) + SlabLayout.DIMENSIONS);
  }

  /** The number of a record's model. */
  public int model(int record) {
    return flags(record) & SlabLayout.MODEL_MASK;
  }

  private int flags(int record) {
    return granules.page(record).get(SlabLayout.SHORT, granules.at(record) + SlabLayout.FLAGS);
  }

  private void setFlags(int record, int value) {
    long at = granules.at(record) + SlabLayout.FLAGS;
    granules.page(record).set(SlabLayout.SHORT, at, (short) value);
  }

  /** Whether a record is pinned. */
  public boolean pinned(int record) {
    return (flags(record) & SlabLayout.PINNED) != 0;
  }

  /** Pins a record. */
  public void pin(int record) {
    setFlags(record, flags(record) | SlabLayout.PINNED);
  }

  /** Undoes {@link #pin}. */
  public void unpin(int record) {
    setFlags(record, flags(record) & ~SlabLayout.PINNED);
  }

  /** When a record expires, milliseconds since 1970, or {@link CacheValue#NEVER}. */
  public long expiresMillis(int record) {
    return granules.page(record).get(SlabLayout.LONG, granules.at(record) + SlabLayout.EXPIRES);
  }

  /** What a record's vector took to compute. */
  public int costMicros(int record) {
    return intOf(record, SlabLayout.COST);
  }

  /** Notes that a record was used. */
  public void touch(int record, long nowMillis) {
    setInt(record, SlabLayout.LAST_USED, (int) (nowMillis / 1000));
  }

  /** When a record was last used, to the second. */
  public long lastUsedMillis(int record) {
    return (intOf(record, SlabLayout.LAST_USED) & 0xFFFFFFFFL) * 1000;
  }

  /** The key of a record. */
  public CacheKey key(int record) {
    MemorySegment page = granules.page(record);
    long at = granules.at(record);
    return new CacheKey(
        page.get(SlabLayout.LONG, at),
        page.get(SlabLayout.LONG, at + 8),
        page.get(SlabLayout.LONG, at + 16),
        page.get(SlabLayout.LONG, at + 24));
  }

  /** What is kept with a record's vector. */
  public CacheValue value(int record) {
    int entry = entry(record);
    MemorySegment page = entryPage(entry);
    int tokens = page.get(SlabLayout.INT, entryAt(entry) + SlabLayout.TOKENS);
    return new CacheValue(
        model(record),
        tokens & ~SlabLayout.TRUNCATED,
        (tokens & SlabLayout.TRUNCATED) != 0,
        costMicros(record),
        page.get(SlabLayout.LONG, entryAt(entry) + SlabLayout.CREATED),
        expiresMillis(record));
  }

  /** All records, in no particular order. */
  public int[] records() {
    int[] all = new int[records];
    int count = 0;
    for (int bucket = 0; bucket <= bucketMask; bucket++) {
      int record = buckets.getAtIndex(SlabLayout.INT, bucket);
      for (; record != NONE; record = intOf(record, SlabLayout.BUCKET_NEXT)) {
        all[count++] = record;
      }
    }
    return all;
  }

  /** Flips one bit of a record's vector, as a fault of the memory would; for tests. */
  void damage(int record, int bit) {
    granules.damage(record, bit);
  }
}
