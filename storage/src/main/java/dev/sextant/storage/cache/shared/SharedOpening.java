package dev.sextant.storage.cache.shared;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.cache.CacheKey;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** A shared file just opened: the way from two names in a folder to a map that may be used. */
record SharedOpening(SharedControl control, SharedMap map, Path file) {
  private static final String DATA = SharedFile.NAME;
  private static final String CONTROL = SharedFile.NAME + ".lock";
  private static final String FRESH = SharedFile.NAME + ".new";

  /** Why nobody may use the file now. */
  static StorageException broken() {
    return new StorageException(
        Kind.BUSY,
        "a process that used it was killed; it can be used again when all that have it open have"
            + " left it");
  }

  /** Opens or makes the file, behind the gate. */
  static SharedOpening of(SharedFile.Options options, Consumer<String> warnings)
      throws IOException {
    SharedControl control = new SharedControl(options.folder().resolve(CONTROL));
    try (FileLock gate = control.gate(options.openMillis())) {
      if (gate == null) {
        throw new StorageException(
            Kind.BUSY,
            "another process has been opening it for more than " + options.openMillis() + " ms");
      }
      Path file = options.folder().resolve(DATA);
      SharedMap map = behindTheGate(control, options, warnings);
      return new SharedOpening(control, map, file);
    } catch (IOException | RuntimeException | LinkageError failure) {
      control.close();
      throw failure;
    }
  }

  private static SharedMap behindTheGate(
      SharedControl control, SharedFile.Options options, Consumer<String> warnings)
      throws IOException {
    if (control.tryAlone()) {
      SharedMap map = alone(control, options, warnings);
      if (!control.tryShare()) {
        map.close();
        throw new StorageException(Kind.BUSY, "another process keeps it locked");
      }
      return map;
    }
    if (!control.tryShare() || !control.isOurs() || control.state() != SharedControl.SOUND) {
      throw broken();
    }
    if (control.budgetBytes() != options.budgetBytes()) {
      warnings.accept(
          "The shared embedding cache keeps the size of "
              + control.budgetBytes()
              + " bytes that the processes which have it open gave it; cache.hot_bytes = "
              + options.budgetBytes()
              + " counts when all have closed it.");
    }
    return SharedMap.open(options.folder().resolve(DATA), options.lockMillis());
  }

  /** As the only user: recovers the file, or makes it. */
  private static SharedMap alone(
      SharedControl control, SharedFile.Options options, Consumer<String> warnings)
      throws IOException {
    Path file = options.folder().resolve(DATA);
    boolean usable =
        Files.exists(file)
            && control.isOurs()
            && (control.state() == SharedControl.SOUND || control.state() == SharedControl.BROKEN);
    long budget = control.budgetBytes();
    control.setState(SharedControl.MAKING, budget);
    if (usable) {
      try {
        SharedMap map = SharedMap.recover(file, options.lockMillis());
        if (budget != options.budgetBytes()) {
          map = moved(map, control, options);
        }
        return used(map, control, options);
      } catch (IOException | RuntimeException failure) {
        warnings.accept(
            "The shared embedding cache \"" + file + "\" starts empty, it was damaged: " + failure);
      }
    }
    make(control, options);
    return used(SharedMap.open(file, options.lockMillis()), control, options);
  }

  private static SharedMap used(SharedMap map, SharedControl control, SharedFile.Options options) {
    long[] bytes = {0};
    try {
      for (int segment = 0; segment < map.segments(); segment++) {
        map.forEach(segment, (key, value) -> bytes[0] += SharedMap.bytesOf(value.length));
      }
    } catch (RuntimeException failure) {
      map.close();
      throw failure;
    }
    control.setUsedBytes(bytes[0]);
    control.setState(SharedControl.SOUND, options.budgetBytes());
    return map;
  }

  private static void make(SharedControl control, SharedFile.Options options) throws IOException {
    Path fresh = options.folder().resolve(FRESH);
    Files.deleteIfExists(fresh);
    control.setSegmentBytes(SharedMap.create(fresh, options.budgetBytes()));
    replace(options.folder());
  }

  private static void replace(Path folder) throws IOException {
    Files.move(
        folder.resolve(FRESH),
        folder.resolve(DATA),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** An entry on its way from one file to another. */
  @SuppressWarnings("ArrayRecordComponent") // read once
  private record Moving(byte[] key, long createdMillis) {}

  /** A map of another size with the youngest entries of this one, which is closed. */
  private static SharedMap moved(SharedMap old, SharedControl control, SharedFile.Options options)
      throws IOException {
    Path fresh = options.folder().resolve(FRESH);
    try (old) {
      Files.deleteIfExists(fresh);
      control.setSegmentBytes(SharedMap.create(fresh, options.budgetBytes()));
      List<Moving> entries = new ArrayList<>();
      for (int segment = 0; segment < old.segments(); segment++) {
        old.forEach(
            segment,
            (key, value) -> {
              SharedRecord record = new SharedRecord(CacheKey.of(key), value);
              if (record.isSound()) {
                entries.add(
                    new Moving(key, record.isPinned() ? Long.MAX_VALUE : record.createdMillis()));
              }
            });
      }
      entries.sort(Comparator.comparingLong(Moving::createdMillis).reversed());
      try (SharedMap map = SharedMap.open(fresh, options.lockMillis())) {
        copy(old, map, entries);
      }
    }
    replace(options.folder());
    return SharedMap.open(options.folder().resolve(DATA), options.lockMillis());
  }

  private static void copy(SharedMap from, SharedMap to, List<Moving> entries) {
    for (Moving entry : entries) {
      try {
        to.add(entry.key(), from.get(entry.key()));
      } catch (SharedMap.FullException full) {
        // The segment has the youngest ones; others may have room.
      }
    }
  }
}
