package dev.sextant.jdbc.bench.ann;

import dev.sextant.storage.vector.Metric;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * The pictures of Fashion-MNIST as Debian's package {@code dataset-fashion-mnist} has them: 70,000
 * of 28 by 28 pixels, shuffled by a fixed seed, the first thousand of them the queries.
 */
final class FashionData {
  private static final int QUERIES = 1_000;
  private static final int IMAGES = 0x803;
  private static final String TRAINING = "train-images-idx3-ubyte.gz";
  private static final List<String> FILES = List.of(TRAINING, "t10k-images-idx3-ubyte.gz");

  private FashionData() {}

  /** The data set; empty where the package is not installed. */
  static Optional<Dataset> load() throws IOException {
    Optional<Path> folder = folder();
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    List<float[]> images = new ArrayList<>();
    for (String file : FILES) {
      read(folder.get().resolve(file), images);
    }
    Collections.shuffle(images, new Random(42));
    float[][] all = images.toArray(new float[0][]);
    return Optional.of(
        new Dataset(
            "fashion",
            "pictures of Fashion-MNIST, pixels from 0 to 255 (Debian's dataset-fashion-mnist)",
            Metric.L2,
            Arrays.copyOfRange(all, QUERIES, all.length),
            Arrays.copyOf(all, QUERIES)));
  }

  private static Optional<Path> folder() throws IOException {
    Path usual = Path.of("/usr/share/datasets/fashion-mnist");
    if (Files.exists(usual.resolve(TRAINING))) {
      return Optional.of(usual);
    }
    try {
      Process dpkg =
          new ProcessBuilder("dpkg", "-L", "dataset-fashion-mnist")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String files = new String(dpkg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return files
          .lines()
          .filter(line -> line.endsWith("/" + TRAINING))
          .map(line -> Path.of(line).getParent())
          .findFirst();
    } catch (IOException noDpkg) {
      return Optional.empty();
    }
  }

  private static void read(Path file, List<float[]> images) throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))))) {
      int magic = in.readInt();
      if (magic != IMAGES) {
        throw new IOException("\"" + file + "\" begins with " + magic + ", not " + IMAGES);
      }
      int count = in.readInt();
      byte[] pixels = new byte[in.readInt() * in.readInt()];
      for (int i = 0; i < count; i++) {
        in.readFully(pixels);
        float[] image = new float[pixels.length];
        for (int d = 0; d < image.length; d++) {
          image[d] = pixels[d] & 0xff;
        }
        images.add(image);
      }
    }
  }
}
