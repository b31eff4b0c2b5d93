package dev.sextant.storage.cache;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * Two connections, each under its lock: look-ups go on while a batch is written. Whoever takes both
 * locks takes the writer's first.
 */
/**
 * The side file through a connection that reads and one that writes. A damaged file is renamed and
 * a new one begun; where that fails or the file cannot be opened, there is none. Safe for use by
 * many threads.
 */
final class DurableFiles implements AutoCloseable {
  private final DurableStore.Options options;
  private final ModelNames models;
  private final InstantSource clock;
  private final Consumer<String> warnings;
  private final ReentrantLock writing = new ReentrantLock();
  private final ReentrantLock reading = new ReentrantLock();
  private @Nullable DurableFile writer;
  private @Nullable DurableFile reader;
  private boolean closed;

  /** Opens the file, or says in a warning why there is none. */
  DurableFiles(
      DurableStore.Options options,
      ModelNames models,
      InstantSource clock,
      Consumer<String> warnings) {
    this.options = options;
    this.models = models;
    this.clock = clock;
    this.warnings = warnings;
    try {
      open();
    } catch (StorageException failure) {
      if (isDamage(failure)) {
        setAside(null, failure);
      } else {
        warnings.accept(
            "The embedding cache goes on without its file \""
                + options.file()
                + "\": "
                + failure.getMessage());
      }
    }
  }

  private void open() {
    DurableFile first = new DurableFile(options.file(), options.busyTimeoutMillis(), models);
    try {
      reader = new DurableFile(options.file(), options.busyTimeoutMillis(), models);
      writer = first;
    } catch (StorageException failure) {
      first.close();
      throw failure;
    }
  }

  private static boolean isDamage(StorageException failure) {
    return failure.kind() == Kind.CORRUPT || failure.kind() == Kind.NOT_A_DATABASE;
  }

  /**
   * @param connection the one that met the damage; another thread may have replaced it since
   */
  private void setAside(@Nullable DurableFile connection, StorageException damage) {
    writing.lock();
    reading.lock();
    try {
      if (closed || (connection != null && connection != reader && connection != writer)) {
        return;
      }
      closeBoth();
      Path file = options.file();
      Path aside = file.resolveSibling(file.getFileName() + ".damaged-" + clock.millis());
      Files.move(file, aside);
      for (String suffix : List.of("-wal", "-shm")) {
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
      }
      open();
      warnings.accept(
          "The embedding cache's file \""
              + file
              + "\" is damaged ("
              + damage.getMessage()
              + ") and was renamed to \""
              + aside.getFileName()
              + "\". The cache fills again by itself; the renamed file may be deleted.");
    } catch (IOException | StorageException failure) {
      closeBoth();
      warnings.accept(
          "The embedding cache's file \""
              + options.file()
              + "\" is damaged and cannot be replaced: "
              + failure.getMessage()
              + ". The cache goes on in memory only; delete the file to have it back.");
    } finally {
      reading.unlock();
      writing.unlock();
    }
  }

  private void closeBoth() {
    for (DurableFile file : new DurableFile[] {reader, writer}) {
      if (file != null) {
        try {
          file.close();
        } catch (StorageException damaged) {
          // It is given up for its damage; that closing meets it again tells nothing new.
        }
      }
    }
    reader = null;
    writer = null;
  }

  /**
   * Does something on the connection that writes; once more in a new file where the one there was
   * turns out to be damaged.
   *
   * @return {@code otherwise} where there is no file
   * @throws StorageException for any other failure; {@code CLOSED} after {@link #close}
   */
  <T> T write(Function<DurableFile, T> work, T otherwise) {
    return on(new Side(writing, () -> writer), work, otherwise);
  }

  /** As {@link #write} on the connection that reads. */
  <T> T read(Function<DurableFile, T> work, T otherwise) {
    return on(new Side(reading, () -> reader), work, otherwise);
  }

  private interface Connection {
    @Nullable DurableFile now();
  }

  private record Side(ReentrantLock lock, Connection connection) {}

  private <T> T on(Side side, Function<DurableFile, T> work, T otherwise) {
    for (boolean again = false; ; again = true) {
      DurableFile file = null;
      StorageException damage;
      side.lock().lock();
      try {
        requireOpen();
        file = side.connection().now();
        return file == null ? otherwise : work.apply(file);
      } catch (StorageException failure) {
        if (!isDamage(failure) || again) {
          throw failure;
        }
        damage = failure;
      } finally {
        side.lock().unlock();
      }
      setAside(file, damage);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException(
          Kind.CLOSED, "The embedding cache is closed with its database. Open the database again.");
    }
  }

  @Override
  public void close() {
    writing.lock();
    reading.lock();
    try {
      closed = true;
      closeBoth();
    } finally {
      reading.unlock();
      writing.unlock();
    }
  }
}
