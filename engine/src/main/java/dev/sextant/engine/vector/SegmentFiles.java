package dev.sextant.engine.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.numa.Space;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * Every process that builds or deletes files of an index holds the lock of its folder meanwhile, so
 * that nobody sweeps away what another has written and not yet named in the database. Reading needs
 * no lock: a file never changes, and one that is open stays whole when its name is deleted.
 */

/**
 * The segments of a database's indexes: files in a folder for each index, or, for a database in
 * memory, segments that wait to be opened. Safe for many threads.
 */
final class SegmentFiles implements AutoCloseable {
  private static final String SUFFIX = ".seg";
  private static final String LOCK = "lock";

  private final @Nullable Path root;
  private final HnswIndex.Memory memory;
  private final RandomGenerator names;
  private final Map<String, HnswSegment> built = new ConcurrentHashMap<>();

  /**
   * Segments below a folder.
   *
   * @param root null for a database in memory
   * @param names gives segments names that no other has
   */
  SegmentFiles(@Nullable Path root, HnswIndex.Memory memory, RandomGenerator names) {
    this.root = root;
    this.memory = memory;
    this.names = names;
  }

  /** Keeps a segment, which is closed where it has gone to a file; gives its name. */
  String keep(String index, HnswSegment segment) {
    String name = segment.seq() + "-" + Long.toHexString(names.nextLong()) + SUFFIX;
    if (root == null) {
      built.put(name, segment);
      return name;
    }
    try (segment) {
      segment.write(folder(index).resolve(name));
    }
    return name;
  }

  /**
   * Opens a segment.
   *
   * @param space what its memory comes from, for a file
   * @throws StorageException CANNOT_OPEN where there is none, CORRUPT where it is damaged, CLOSED
   *     where it was in memory and is gone, RESOURCES where memory is short
   */
  HnswSegment open(String index, String name, Space space) {
    if (root != null) {
      return HnswSegment.open(
          folder(index).resolve(name), memory.budget(), memory.kernels(), space);
    }
    HnswSegment segment = built.remove(name);
    if (segment == null) {
      throw new StorageException(
          StorageException.Kind.CLOSED, "The index was built by a connection that is closed.");
    }
    return segment;
  }

  /** Whether segments are files, which can be opened more than once. */
  boolean areFiles() {
    return root != null;
  }

  /** Keeps a segment of a database in memory that could not be taken, under the name it had. */
  void keepAs(String name, HnswSegment segment) {
    built.put(name, segment);
  }

  private Path folder(String index) {
    return Objects.requireNonNull(root).resolve(folderName(index));
  }

  /** A folder's name for an index, which may have any characters. */
  private static String folderName(String index) {
    StringBuilder name = new StringBuilder();
    for (char c : index.toLowerCase(Locale.ROOT).toCharArray()) {
      boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      name.append(plain ? String.valueOf(c) : "%" + Integer.toHexString(c) + ".");
    }
    return name.toString();
  }

  /** The right to write and delete files of an index, until it is closed. */
  record Lock(@Nullable FileChannel channel) implements AutoCloseable {
    @Override
    public void close() {
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException failure) {
          throw new UncheckedIOException(failure);
        }
      }
    }
  }

  /** The lock of an index's folder, which is made; empty where somebody holds it. */
  Optional<Lock> lock(String index) {
    return lock(index, false);
  }

  /** The same, after waiting for other processes. */
  Lock awaitLock(String index) {
    return lock(index, true)
        .orElseThrow(
            () ->
                new StorageException(
                    StorageException.Kind.BUSY, "Index \"" + index + "\" is being built."));
  }

  private Optional<Lock> lock(String index, boolean wait) {
    if (root == null) {
      return Optional.of(new Lock(null));
    }
    try {
      Files.createDirectories(folder(index));
      return lock(
          FileChannel.open(
              folder(index).resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE),
          wait);
    } catch (IOException failure) {
      throw new StorageException(
          StorageException.Kind.IO,
          "Folder \""
              + folder(index)
              + "\" of index \""
              + index
              + "\" cannot be written: "
              + failure
              + ". Check its permissions and free space.",
          failure);
    }
  }

  private static Optional<Lock> lock(FileChannel channel, boolean wait) throws IOException {
    try {
      FileLock lock = wait ? channel.lock() : channel.tryLock();
      if (lock != null) {
        return Optional.of(new Lock(channel));
      }
    } catch (OverlappingFileLockException held) {
      // Another database object of this process holds it.
    }
    channel.close();
    return Optional.empty();
  }

  /** Deletes an index's segments but some; under its lock. */
  void sweep(String index, Collection<String> kept) {
    if (root == null || !Files.isDirectory(folder(index))) {
      return;
    }
    try (Stream<Path> list = Files.list(folder(index))) {
      for (Path file : list.toList()) {
        String name = String.valueOf(file.getFileName());
        if (!kept.contains(name) && !name.equals(LOCK)) {
          Files.deleteIfExists(file);
        }
      }
      if (kept.isEmpty()) {
        Files.deleteIfExists(folder(index).resolve(LOCK));
        Files.deleteIfExists(folder(index));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    built.values().forEach(HnswSegment::close);
    built.clear();
  }
}
