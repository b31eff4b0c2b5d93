package dev.sextant.engine;

import java.nio.file.Path;
import java.util.Optional;

/** One open database: its file, its settings and all that its connections share. */
public final class Database implements AutoCloseable {
  private final Optional<Path> file;
  private final Settings settings;

  /**
   * Opens a database.
   *
   * @param file the SQLite file; empty for a private database in memory
   * @param settings see {@link Settings#all()}
   */
  public Database(Optional<Path> file, Settings settings) {
    this.file = file;
    this.settings = settings;
  }

  /** The file; empty for a database in memory. */
  public Optional<Path> file() {
    return file;
  }

  /** The settings it was opened with. */
  public Settings settings() {
    return settings;
  }

  @Override
  public void close() {}
}
