package dev.sextant.engine.cache;

import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.memory.MemoryBudget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A process with a shared cache that does what {@link SharedStoreTest} tells it, line by line. */
final class SharedCacheUser {
  private final ManualClock clock = new ManualClock();
  private final CountingModel model = new CountingModel("v1");
  private final List<String> warnings = new CopyOnWriteArrayList<>();

  private SharedCacheUser() {}

  /** Arguments are the folder and the bytes of the cache. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true);
    CacheOptions options =
        CacheOptions.defaults(Optional.of(Path.of(arguments[0])))
            .withStore(CacheOptions.Store.SHARED)
            .withHotBytes(Long.parseLong(arguments[1]))
            .withDurableBytes(0);
    SharedCacheUser user = new SharedCacheUser();
    try (EmbeddingCache cache =
        new EmbeddingCache(options, new MemoryBudget(64 << 20), user.clock, user.warnings::add)) {
      out.println("ready");
      user.obey(cache, out);
    } catch (SextantException failure) {
      out.println(failure.sqlState() + " " + failure.getMessage());
      return;
    }
    out.println("closed " + user.warnings);
  }

  private void obey(EmbeddingCache cache, PrintStream out) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null && !line.equals("close"); line = in.readLine()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "embed" ->
            out.println(
                "computed "
                    + computed(cache, Integer.parseInt(words[1]), Integer.parseInt(words[2])));
        case "warnings" -> out.println(warnings);
        case "later" -> clock.advance(Duration.ofSeconds(6));
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  /** Embeds texts by their numbers, and says how many the model had to compute. */
  private int computed(EmbeddingCache cache, int from, int to) {
    int before = model.texts();
    List<String> texts = new ArrayList<>();
    for (int i = from; i < to; i++) {
      texts.add("text " + i);
    }
    List<Embedding> embeddings = new ArrayList<>();
    for (String text : texts) {
      embeddings.add(cache.over(model).embed(text));
    }
    for (int i = 0; i < texts.size(); i++) {
      float[] expected = CountingModel.vector(texts.get(i), "v1");
      if (!Arrays.equals(expected, embeddings.get(i).vector())) {
        throw new AssertionError("a wrong vector for " + texts.get(i));
      }
    }
    return model.texts() - before;
  }
}
