package dev.sextant.engine.cache;

import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingWatch;
import dev.sextant.storage.memory.MemoryBudget;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The process that {@link CacheCrashTest} kills, and the one that looks afterwards. */
final class CacheCrashWriter {
  /** Room for all that is written in some hundred rounds. */
  static final long BYTES = 40 << 20;

  private static final int BATCH = 50;

  private CacheCrashWriter() {}

  /**
   * Arguments are the folder, the store, {@code write} or {@code read}, a number of texts that were
   * kept before, and how many to add at most; then it goes on with those.
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true);
    boolean shared = arguments[1].equals("shared");
    CacheOptions options =
        CacheOptions.defaults(Optional.of(Path.of(arguments[0])))
            .withStore(CacheOptions.Store.of(arguments[1]))
            .withHotBytes(BYTES)
            .withDurableBytes(shared ? 0 : BYTES);
    List<String> warnings = new CopyOnWriteArrayList<>();
    CountingModel model = new CountingModel("v1");
    int number = Integer.parseInt(arguments[3]);
    try (EmbeddingCache cache =
        new EmbeddingCache(
            options, new MemoryBudget(100 << 20), InstantSource.system(), warnings::add)) {
      if (arguments[2].equals("read")) {
        embed(cache, model, 0, number);
        out.println(
            warnings.isEmpty() ? "lost " + model.texts() : "read with warnings " + warnings);
        return;
      }
      int last = number + Integer.parseInt(arguments[4]);
      int done = number;
      while (System.in.available() == 0 && !out.checkError()) {
        embed(cache, model, done, done + BATCH);
        // Old ones too, so that there are readers where the other one writes.
        embed(cache, model, Math.max(0, done - 500), done);
        cache.flush();
        out.println("kept " + (warnings.isEmpty() ? done + BATCH : number));
        done = done + BATCH < last ? done + BATCH : number;
      }
    }
  }

  private static void embed(EmbeddingCache cache, CountingModel model, int from, int to) {
    List<String> texts = new ArrayList<>();
    for (int i = from; i < to; i++) {
      texts.add("text " + i);
    }
    List<Embedding> found = cache.over(model).embedAll(texts, EmbeddingWatch.NONE);
    for (int i = 0; i < texts.size(); i++) {
      if (!Arrays.equals(CountingModel.vector(texts.get(i), "v1"), found.get(i).vector())) {
        throw new AssertionError("a wrong vector for " + texts.get(i));
      }
    }
  }
}
