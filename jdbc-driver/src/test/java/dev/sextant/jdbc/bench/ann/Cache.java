package dev.sextant.jdbc.bench.ann;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where benchmarks keep what is dear to make: {@code $XDG_CACHE_HOME/sextant/bench}. */
final class Cache {

  private Cache() {}

  /** The folder, created if it is not there. */
  static Path folder() throws IOException {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path root =
        cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return Files.createDirectories(root.resolve("sextant").resolve("bench"));
  }
}
