package dev.sextant.storage.cache.shared;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * The file:
 *
 *    0  locked while a process opens or recovers the map ("gate")
 *    1  locked shared while a process has the map open, exclusively while one recovers it ("users")
 *   64  format    72  state    80  budget    88  bytes of all entries    96  bytes of a segment
 *
 * The words are mapped and read and written as volatile ones.
 */
/** Where the processes of a shared file meet: two locks of the operating system, and five words. */
final class SharedControl implements AutoCloseable {
  /** What the words and entries look like. */
  static final long FORMAT = 1;

  /** Nobody has finished making the map. */
  static final long NONE = 0;

  /** The map may be used. */
  static final long SOUND = 1;

  /** A lock in the map belongs to a process that is gone: all leave, the next alone recovers. */
  static final long BROKEN = 2;

  /** A process makes or recovers the map. */
  static final long MAKING = 3;

  private static final long GATE = 0;
  private static final long USERS = 1;
  private static final int FORMAT_WORD = 64;
  private static final int STATE_WORD = 72;
  private static final int BUDGET_WORD = 80;
  private static final int USED_WORD = 88;
  private static final int SEGMENT_WORD = 96;
  private static final int BYTES = 128;
  private static final int POLL_MILLIS = 5;
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private final FileChannel channel;
  private final Arena arena;
  private final MemorySegment words;
  private @Nullable FileLock users;

  /** Opens the file, made if absent; holds no lock. */
  SharedControl(Path file) throws IOException {
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    arena = Arena.ofShared();
    try {
      words = channel.map(MapMode.READ_WRITE, 0, BYTES, arena);
    } catch (IOException | RuntimeException failure) {
      close();
      throw failure;
    }
  }

  private @Nullable FileLock tryLock(long region, boolean shared) throws IOException {
    try {
      return channel.tryLock(region, 1, shared);
    } catch (OverlappingFileLockException held) {
      return null;
    }
  }

  /** The lock of the gate, or null where another process keeps it for so long. */
  @Nullable FileLock gate(int patienceMillis) throws IOException {
    FileLock lock = tryLock(GATE, false);
    for (int waited = 0; lock == null && waited < patienceMillis; waited += POLL_MILLIS) {
      LockSupport.parkNanos(POLL_MILLIS * 1_000_000L);
      lock = tryLock(GATE, false);
    }
    return lock;
  }

  /** Behind the gate: makes this process the only user, if nobody else is one. */
  boolean tryAlone() throws IOException {
    users = tryLock(USERS, false);
    return users != null;
  }

  /** Behind the gate: makes this process one of the users. */
  boolean tryShare() throws IOException {
    if (users != null) {
      users.release();
    }
    users = tryLock(USERS, true);
    return users != null;
  }

  private long get(int word) {
    return (long) WORD.getVolatile(words, (long) word);
  }

  private void set(int word, long value) {
    WORD.setVolatile(words, (long) word, value);
  }

  /** Whether words and map are of this version. */
  boolean isOurs() {
    return get(FORMAT_WORD) == FORMAT;
  }

  long state() {
    return get(STATE_WORD);
  }

  /** Sets the state; {@link #SOUND} for a map of that budget. */
  void setState(long state, long budgetBytes) {
    set(FORMAT_WORD, FORMAT);
    set(BUDGET_WORD, budgetBytes);
    set(STATE_WORD, state);
  }

  /** Tells all users to leave the map. */
  void setBroken() {
    WORD.compareAndSet(words, (long) STATE_WORD, SOUND, BROKEN);
  }

  long budgetBytes() {
    return get(BUDGET_WORD);
  }

  /** What entries may take in each segment of the map. */
  long segmentBytes() {
    return get(SEGMENT_WORD);
  }

  void setSegmentBytes(long bytes) {
    set(SEGMENT_WORD, bytes);
  }

  long usedBytes() {
    return get(USED_WORD);
  }

  void setUsedBytes(long bytes) {
    set(USED_WORD, bytes);
  }

  void addUsedBytes(long bytes) {
    WORD.getAndAdd(words, (long) USED_WORD, bytes);
  }

  /** Gives back all locks. */
  @Override
  public void close() throws IOException {
    arena.close();
    channel.close();
  }
}
