package dev.sextant.storage.cache;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/*
 * A record is a chain of granules, so that any mixture of sizes fills the memory. Freed chains go
 * back whole and granules are handed out in order, so a record among others of its size lies in one
 * piece and its vector is copied as one.
 *
 * A vector is checked against its checksum where it lies. The buffers through which that is done
 * are views that do not take part in the arena's count of users: that count is one for all slabs,
 * and threads would wait for one another at it. The slab's owner makes sure that the memory is not
 * closed while a slab is used.
 */
/** Records in chains of granules, by their first granule. One thread at a time. */
final class Granules {
  static final int NONE = -1;

  private final SlabMemory memory;
  private final int shift;
  private final int pageMask;
  private final CRC32C crc = new CRC32C();
  private MemorySegment[] pages = {};
  private int firstFree = NONE;
  private int freeCount;
  private ByteBuffer[] views = {};
  private byte[] scratch = {};
  private MemorySegment scratchSegment = MemorySegment.ofArray(scratch);

  /** No granules yet; pages of {@code 1 << shift} of them are taken as needed. */
  Granules(SlabMemory memory, int shift) {
    this.memory = memory;
    this.shift = shift;
    this.pageMask = (1 << shift) - 1;
  }

  /** What a page takes of the memory. */
  long pageBytes() {
    return (long) (SlabLayout.GRANULE_BYTES + Integer.BYTES) << shift;
  }

  /** The first of a new chain, or {@link #NONE} where there is no room. */
  int allocate(int count) {
    while (freeCount < count) {
      if (!grow()) {
        return NONE;
      }
    }
    int first = firstFree;
    int last = NONE;
    for (int i = 0; i < count; i++) {
      last = firstFree;
      firstFree = next(firstFree);
    }
    setNext(last, NONE);
    freeCount -= count;
    return first;
  }

  private boolean grow() {
    if ((long) (pages.length + 1) << shift > Integer.MAX_VALUE) {
      return false;
    }
    Optional<MemorySegment> page = memory.allocate(pageBytes());
    if (page.isEmpty()) {
      return false;
    }
    int first = pages.length << shift;
    pages = Arrays.copyOf(pages, pages.length + 1);
    pages[pages.length - 1] = page.get();
    views = Arrays.copyOf(views, pages.length);
    views[pages.length - 1] = view(page.get());
    for (int granule = first + pageMask; granule >= first; granule--) {
      setNext(granule, firstFree);
      firstFree = granule;
    }
    freeCount += pageMask + 1;
    return true;
  }

  @SuppressWarnings("restricted") // reinterpret: the same bytes, as long as the page lives
  private static ByteBuffer view(MemorySegment page) {
    return MemorySegment.ofAddress(page.address()).reinterpret(page.byteSize()).asByteBuffer();
  }

  /** Frees a chain. */
  void free(int first, int count) {
    int last = first;
    for (int i = 1; i < count; i++) {
      last = next(last);
    }
    setNext(last, firstFree);
    firstFree = first;
    freeCount += count;
  }

  private int next(int granule) {
    return page(granule).get(SlabLayout.INT, nextAt(granule));
  }

  private void setNext(int granule, int next) {
    page(granule).set(SlabLayout.INT, nextAt(granule), next);
  }

  private long nextAt(int granule) {
    return ((long) SlabLayout.GRANULE_BYTES << shift) + (long) (granule & pageMask) * Integer.BYTES;
  }

  /** The page that holds a granule. */
  MemorySegment page(int granule) {
    return pages[granule >>> shift];
  }

  /** Where in its page a granule starts; a record's header is there. */
  long at(int granule) {
    return (long) (granule & pageMask) * SlabLayout.GRANULE_BYTES;
  }

  /** How many granules from {@code first} on, up to {@code most}, lie in one piece. */
  private int run(int first, int most) {
    int length = 1;
    while (length < most
        && ((first + length) & pageMask) != 0
        && next(first + length - 1) == first + length) {
      length++;
    }
    return length;
  }

  /** Whether a chain lies in one piece. */
  boolean whole(int first, int count) {
    return run(first, count) == count;
  }

  /** Writes a record's vector. */
  void write(int first, float[] vector) {
    int granule = first;
    int header = SlabLayout.HEADER_BYTES;
    for (int done = 0; done < vector.length; ) {
      int left = header + (vector.length - done) * Float.BYTES;
      int run = run(granule, granulesOf(left));
      int floats = (Math.min(left, run * SlabLayout.GRANULE_BYTES) - header) / Float.BYTES;
      MemorySegment.copy(
          vector, done, page(granule), SlabLayout.FLOAT, at(granule) + header, floats);
      done += floats;
      granule = next(granule + run - 1);
      header = 0;
    }
  }

  private static int granulesOf(int bytes) {
    return (bytes + SlabLayout.GRANULE_BYTES - 1) / SlabLayout.GRANULE_BYTES;
  }

  /**
   * The CRC-32C of a record's vector, little-endian.
   *
   * @param whole what {@link #whole} said: then no chain is followed
   */
  int checksum(int first, int dimensions, boolean whole) {
    int bytes = dimensions * Float.BYTES;
    crc.reset();
    if (whole) {
      int from = (int) at(first) + SlabLayout.HEADER_BYTES;
      ByteBuffer view = views[first >>> shift];
      view.limit(from + bytes).position(from);
      crc.update(view);
    } else {
      gather(first, bytes);
      crc.update(scratch, 0, bytes);
    }
    return (int) crc.getValue();
  }

  /** Copies a record's vector out; {@code whole} as above. */
  void read(int first, float[] target, boolean whole) {
    if (whole) {
      long from = at(first) + SlabLayout.HEADER_BYTES;
      MemorySegment.copy(page(first), SlabLayout.FLOAT, from, target, 0, target.length);
    } else {
      gather(first, target.length * Float.BYTES);
      MemorySegment.copy(scratchSegment, SlabLayout.FLOAT, 0, target, 0, target.length);
    }
  }

  /** Shows a record's vector where it lies; {@code whole} as above. */
  void view(int first, int dimensions, boolean whole, VectorReader reader) {
    if (whole) {
      reader.read(page(first), at(first) + SlabLayout.HEADER_BYTES, dimensions);
    } else {
      gather(first, dimensions * Float.BYTES);
      reader.read(scratchSegment, 0, dimensions);
    }
  }

  /** Copies a record's vector into the scratch array. */
  private void gather(int first, int bytes) {
    if (scratch.length < bytes) {
      scratch = new byte[bytes];
      scratchSegment = MemorySegment.ofArray(scratch);
    }
    int granule = first;
    int header = SlabLayout.HEADER_BYTES;
    for (int done = 0; done < bytes; ) {
      int left = header + bytes - done;
      int run = run(granule, granulesOf(left));
      int length = Math.min(left, run * SlabLayout.GRANULE_BYTES) - header;
      long from = at(granule) + header;
      MemorySegment.copy(page(granule), ValueLayout.JAVA_BYTE, from, scratch, done, length);
      done += length;
      granule = next(granule + run - 1);
      header = 0;
    }
  }

  /** Flips one bit of a record's vector, as a fault of the memory would; for tests. */
  void damage(int first, int bit) {
    int place = SlabLayout.HEADER_BYTES + bit / 8;
    int granule = first;
    for (int i = 0; i < place / SlabLayout.GRANULE_BYTES; i++) {
      granule = next(granule);
    }
    long at = at(granule) + place % SlabLayout.GRANULE_BYTES;
    byte before = page(granule).get(ValueLayout.JAVA_BYTE, at);
    page(granule).set(ValueLayout.JAVA_BYTE, at, (byte) (before ^ (1 << (bit % 8))));
  }
}
