package dev.sextant.jdbc.bench.ann;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Files of one run, deleted with it. */
final class WorkFolder implements AutoCloseable {
  private final Path folder;

  /** A new folder in the repository's {@code target}. */
  WorkFolder(Path root) throws IOException {
    Path target = Files.createDirectories(root.resolve("target"));
    this.folder = Files.createTempDirectory(target, "bench-ann-");
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** Writes vectors as little-endian float32, one after the other. */
  static void write(Path file, float[][] vectors) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      int dimensions = vectors[0].length;
      ByteBuffer bytes =
          ByteBuffer.allocateDirect(dimensions * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (float[] vector : vectors) {
        bytes.clear();
        bytes.asFloatBuffer().put(vector);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }
  }

  /** Deletes a file or a folder with all that is in it, if it is there. */
  static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(path)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void close() throws IOException {
    delete(folder);
  }
}
