package dev.sextant.storage.cache.shared;

import dev.sextant.storage.cache.CacheKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapAbsentEntry;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapSegmentContext;

/*
 * Chronicle Map waits a minute for a lock and then fails. So each call here first takes the lock
 * of its segment within a time of ours; what Chronicle asks for after that, this thread has. For a
 * walk over a segment the lock is taken by way of a key that lies in it.
 *
 * Segments do not grow: a file has its full length from the start, and where a segment has no room
 * an insertion fails and changes nothing.
 */
/** A Chronicle Map of bytes whose calls are bounded in time. */
final class SharedMap implements AutoCloseable {
  /** Entries take a multiple of it. */
  static final int CHUNK_BYTES = 256;

  /** The most bytes of a value: an entry takes 64 chunks at most. */
  static final int MAX_VALUE_BYTES = 64 * CHUNK_BYTES - 64;

  /** Key, length and checksum, beside the value. */
  private static final int ENTRY_BYTES = CacheKey.BYTES + 3 + 4;

  private static final int TYPICAL_VALUE_BYTES = 1600;
  private static final int CHUNKS_PER_ENTRY = 4;
  private static final long BYTES_PER_SEGMENT = 8 << 20;
  private static final int MAX_SEGMENTS = 16;

  /** Where a file says how long its head is; negative while that is being written. */
  private static final int SIZE_WORD = 8;

  private static final int COPY_BYTES = 1 << 20;

  private final ChronicleMap<byte[], byte[]> map;
  private final int lockMillis;
  private final byte[][] keyOfSegment;

  /** A lock that was not to be had in time. */
  static final class LockedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LockedException(int segment, int millis) {
      super("segment " + segment + " stayed locked for " + millis + " ms");
    }
  }

  /** No room in the segment. */
  static final class FullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FullException(Throwable cause) {
      super(cause);
    }
  }

  private SharedMap(ChronicleMap<byte[], byte[]> map, int lockMillis) {
    this.map = map;
    this.lockMillis = lockMillis;
    this.keyOfSegment = new byte[map.segments()][];
    int missing = keyOfSegment.length;
    for (int i = 0; missing > 0; i++) {
      byte[] key = ByteBuffer.allocate(CacheKey.BYTES).putInt(i).array();
      int segment = segment(key);
      if (keyOfSegment[segment] == null) {
        keyOfSegment[segment] = key;
        missing--;
      }
    }
  }

  private static ChronicleMapBuilder<byte[], byte[]> builder(int segments, long chunks) {
    long entries = Math.max(1, chunks / CHUNKS_PER_ENTRY);
    return ChronicleMapBuilder.of(byte[].class, byte[].class)
        .name("sextant")
        .constantKeySizeBySample(new byte[CacheKey.BYTES])
        .averageValueSize(TYPICAL_VALUE_BYTES)
        .entries(entries * segments)
        .entriesPerSegment(entries)
        .actualSegments(segments)
        .actualChunkSize(CHUNK_BYTES)
        .actualChunksPerSegmentTier(chunks)
        .allowSegmentTiering(false)
        .skipCloseOnExitHook(true);
  }

  /**
   * Makes a file that is no longer than the budget, all of it allocated.
   *
   * @param file is not there
   * @return what entries may take in each segment, in bytes
   */
  static long create(Path file, long budgetBytes) throws IOException {
    int wanted = Math.clamp(budgetBytes / BYTES_PER_SEGMENT, 1, MAX_SEGMENTS);
    int segments = Integer.highestOneBit(wanted);
    long chunks = budgetBytes / segments / CHUNK_BYTES;
    long length = Long.MAX_VALUE;
    while (length > budgetBytes) {
      chunks -= Math.max(1, chunks / 32);
      Files.deleteIfExists(file);
      builder(segments, chunks).createPersistedTo(file.toFile()).close();
      length = Files.size(file);
    }
    allocate(file);
    return chunks * CHUNK_BYTES;
  }

  /** Writes a file over itself, so that a disk that is full says so now and not to a mapping. */
  private static void allocate(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
      long at = 0;
      int read = channel.read(buffer, at);
      while (read > 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          at += channel.write(buffer, at);
        }
        buffer.clear();
        read = channel.read(buffer, at);
      }
    }
  }

  /** Opens a file that other processes may have open too. */
  static SharedMap open(Path file, int lockMillis) throws IOException {
    return new SharedMap(builder(1, 1).createPersistedTo(file.toFile()), lockMillis);
  }

  /** Chronicle Map would wait a minute for whoever writes the head of the file. */
  private static void requireHead(Path file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(SIZE_WORD + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (head.hasRemaining() && channel.read(head) >= 0) {
        // Until it is read or the file ends.
      }
    }
    if (head.hasRemaining() || head.getInt(SIZE_WORD) <= 0) {
      throw new IOException("its head is incomplete");
    }
  }

  /** Opens a file that no other process has open, after clearing its locks and checking it. */
  static SharedMap recover(Path file, int lockMillis) throws IOException {
    requireHead(file);
    return new SharedMap(
        builder(1, 1).recoverPersistedTo(file.toFile(), false, corruption -> {}), lockMillis);
  }

  /** What an entry takes with a value of so many bytes. */
  static int bytesOf(int valueBytes) {
    return (ENTRY_BYTES + valueBytes + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
  }

  int segments() {
    return keyOfSegment.length;
  }

  /** The segment of a key; takes no lock. */
  int segment(byte[] key) {
    try (ExternalMapQueryContext<byte[], byte[], ?> query = map.queryContext(key)) {
      return query.segmentIndex();
    }
  }

  private void acquire(Lock lock, int segment) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (!lock.tryLock(lockMillis, TimeUnit.MILLISECONDS)) {
            throw new LockedException(segment, lockMillis);
          }
          return;
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static byte[] copy(Data<byte[]> data) {
    byte[] bytes = new byte[(int) data.size()];
    data.bytes().read(data.offset(), bytes, 0, bytes.length);
    return bytes;
  }

  /** A copy of the key's value; empty where there is none. */
  byte[] get(byte[] key) {
    try (ExternalMapQueryContext<byte[], byte[], ?> query = map.queryContext(key)) {
      acquire(query.readLock(), query.segmentIndex());
      MapEntry<byte[], byte[]> entry = query.entry();
      return entry == null ? new byte[0] : copy(entry.value());
    }
  }

  /**
   * Adds a value for a key that has none.
   *
   * @return false where it has one
   * @throws FullException where there is no room
   */
  boolean add(byte[] key, byte[] value) {
    try (ExternalMapQueryContext<byte[], byte[], ?> query = map.queryContext(key)) {
      acquire(query.writeLock(), query.segmentIndex());
      MapAbsentEntry<byte[], byte[]> absent = query.absentEntry();
      if (absent == null) {
        return false;
      }
      try {
        absent.doInsert(query.wrapValueAsData(value));
      } catch (IllegalStateException failure) {
        if (String.valueOf(failure.getMessage()).contains("extra segment tier")) {
          throw new FullException(failure);
        }
        throw failure;
      }
      return true;
    }
  }

  /** What to do with an entry. */
  enum Change {
    KEEP,
    REMOVE
  }

  /** Removes a key's entry if {@code judge} says so of its value; a copy, or empty if none. */
  byte[] removeIf(byte[] key, Function<byte[], Change> judge) {
    try (ExternalMapQueryContext<byte[], byte[], ?> query = map.queryContext(key)) {
      acquire(query.writeLock(), query.segmentIndex());
      MapEntry<byte[], byte[]> entry = query.entry();
      if (entry == null) {
        return new byte[0];
      }
      byte[] value = copy(entry.value());
      if (judge.apply(value) == Change.REMOVE) {
        entry.doRemove();
      }
      return value;
    }
  }

  /** Replaces a key's value by one of the same length; says whether there is one. */
  boolean replace(byte[] key, Function<byte[], byte[]> change) {
    try (ExternalMapQueryContext<byte[], byte[], ?> query = map.queryContext(key)) {
      acquire(query.writeLock(), query.segmentIndex());
      MapEntry<byte[], byte[]> entry = query.entry();
      if (entry == null) {
        return false;
      }
      byte[] value = change.apply(copy(entry.value()));
      entry.doReplaceValue(query.wrapValueAsData(value));
      return true;
    }
  }

  /** Hears of an entry. */
  interface Visitor {
    /** With copies of both; asks the map for nothing. */
    void visit(byte[] key, byte[] value);
  }

  /** Shows all entries of a segment. */
  void forEach(int segment, Visitor visitor) {
    try (ExternalMapQueryContext<byte[], byte[], ?> query =
        map.queryContext(keyOfSegment[segment])) {
      acquire(query.updateLock(), segment);
      try (MapSegmentContext<byte[], byte[], ?> context = map.segmentContext(segment)) {
        context.forEachSegmentEntry(entry -> visitor.visit(copy(entry.key()), copy(entry.value())));
      }
    }
  }

  @Override
  public void close() {
    map.close();
  }
}
