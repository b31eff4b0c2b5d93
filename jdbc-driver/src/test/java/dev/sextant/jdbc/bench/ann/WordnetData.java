package dev.sextant.jdbc.bench.ann;

import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.jdbc.shell.Glosses;
import dev.sextant.storage.vector.Metric;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The glosses of WordNet by Sextant's own model, embedded once and kept in a file.
 *
 * <p>The texts are shuffled by a fixed seed; the first thousand are the queries. So a file that was
 * begun for few rows is continued for more. It has a header of 64 bytes: a magic word, the
 * dimensions, the number of texts there are, and a SHA-256 of the model and the texts; float32
 * vectors follow. Vectors spread over the file are embedded again at each use and must be the same.
 */
final class WordnetData {
  static final int QUERIES = 1_000;
  private static final byte[] MAGIC = "sxtwn001".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = 64;
  private static final int BATCH = 256;
  private static final int SAMPLES = 16;
  private static final List<String> MODEL_FILES =
      List.of("all-minilm-l6-v2-q.onnx", "all-minilm-l6-v2-q-tokenizer.json");

  private final EmbeddingModel model;
  private final List<String> texts;
  private final byte[] header;

  private WordnetData(EmbeddingModel model, List<String> texts) throws IOException {
    this.model = model;
    this.texts = texts;
    this.header =
        ByteBuffer.allocate(HEADER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC)
            .putInt(model.dimensions())
            .putInt(texts.size())
            .put(fingerprint(texts))
            .array();
  }

  /**
   * The data set.
   *
   * @param rows how many rows at most; 0 for all
   */
  static Dataset load(int rows) throws IOException {
    List<String> texts = new ArrayList<>(Glosses.texts());
    Collections.shuffle(texts, new Random(42));
    int wanted = rows <= 0 ? texts.size() : Math.min(texts.size(), rows + QUERIES);
    try (EmbeddingModels models = new EmbeddingModels(0)) {
      WordnetData data = new WordnetData(models.defaultModel(), texts);
      float[][] vectors = data.vectors(wanted);
      return new Dataset(
          "wordnet",
          "glosses of WordNet 3.1, each text once, by " + models.defaultName() + " (EMBED)",
          Metric.COSINE,
          Arrays.copyOfRange(vectors, QUERIES, wanted),
          Arrays.copyOf(vectors, QUERIES));
    }
  }

  private static byte[] fingerprint(List<String> texts) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String file : MODEL_FILES) {
        try (InputStream in = WordnetData.class.getClassLoader().getResourceAsStream(file)) {
          if (in == null) {
            throw new IOException("The class path lacks \"" + file + "\": use the full jar.");
          }
          digest.update(in.readAllBytes());
        }
      }
      texts.forEach(text -> digest.update((text + "\n").getBytes(StandardCharsets.UTF_8)));
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private float[][] vectors(int wanted) throws IOException {
    String mark = HexFormat.of().formatHex(header, 16, 22);
    Path file =
        Cache.folder()
            .resolve("wordnet-" + texts.size() + "x" + model.dimensions() + "-" + mark + ".f32");
    try (FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid()) {
        throw new IOException("The lock on \"" + file + "\" was lost.");
      }
      int present = present(channel);
      if (present > 0 && !sampleIsSame(channel, Math.min(present, wanted))) {
        System.out.println(file + " holds other vectors than the model gives: embedding anew");
        present = 0;
      }
      if (present == 0) {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(header), 0);
      }
      channel.truncate(offset(present));
      embed(channel, present, wanted);
      return read(channel, wanted);
    }
  }

  private long offset(int row) {
    return HEADER + (long) row * model.dimensions() * Float.BYTES;
  }

  /** Whole vectors in the file; 0 where the file is another one. */
  private int present(FileChannel channel) throws IOException {
    ByteBuffer found = ByteBuffer.allocate(HEADER);
    if (channel.read(found, 0) != HEADER || !Arrays.equals(found.array(), header)) {
      return 0;
    }
    return (int) ((channel.size() - HEADER) / ((long) model.dimensions() * Float.BYTES));
  }

  private boolean sampleIsSame(FileChannel channel, int present) throws IOException {
    for (int i = 0; i < SAMPLES; i++) {
      int row = (int) ((long) i * (present - 1) / (SAMPLES - 1));
      float[] kept = new float[model.dimensions()];
      read(channel, row, new float[][] {kept});
      if (!Arrays.equals(kept, model.embed(texts.get(row)).vector())) {
        return false;
      }
    }
    return true;
  }

  private void embed(FileChannel channel, int from, int to) throws IOException {
    long start = System.nanoTime();
    for (int row = from; row < to; row += BATCH) {
      List<String> batch = texts.subList(row, Math.min(to, row + BATCH));
      ByteBuffer bytes =
          ByteBuffer.allocate(batch.size() * model.dimensions() * Float.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (Embedding embedding : model.embedAll(batch)) {
        bytes.asFloatBuffer().put(embedding.vector());
        bytes.position(bytes.position() + model.dimensions() * Float.BYTES);
      }
      bytes.flip();
      for (long at = offset(row); bytes.hasRemaining(); ) {
        at += channel.write(bytes, at);
      }
      int done = row + batch.size();
      if (done == to || row / 10_000 != done / 10_000) {
        System.out.printf(
            Locale.ROOT,
            "embedding WordNet, kept for the next run: %,d of %,d, %.0f s%n",
            done,
            to,
            (System.nanoTime() - start) / 1e9);
      }
    }
  }

  private float[][] read(FileChannel channel, int rows) throws IOException {
    float[][] vectors = new float[rows][model.dimensions()];
    read(channel, 0, vectors);
    return vectors;
  }

  private void read(FileChannel channel, int from, float[][] vectors) throws IOException {
    long size = (long) vectors.length * model.dimensions() * Float.BYTES;
    ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, offset(from), size);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    for (float[] vector : vectors) {
      bytes.asFloatBuffer().get(vector);
      bytes.position(bytes.position() + vector.length * Float.BYTES);
    }
  }
}
