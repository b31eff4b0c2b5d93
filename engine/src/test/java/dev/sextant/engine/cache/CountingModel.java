package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.CacheSimulation;
import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.embed.EmbeddingWatch;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A model whose vectors are hashes of the text, and that remembers what it was asked for. */
final class CountingModel implements EmbeddingModel {
  static final int DIMS = 16;

  /** Each call's texts, in order. */
  final List<List<String>> calls = new CopyOnWriteArrayList<>();

  private final String fingerprint;
  private volatile UnaryOperator<List<Embedding>> twist = UnaryOperator.identity();

  CountingModel(String fingerprint) {
    this.fingerprint = fingerprint;
  }

  /** Does something with the vectors of all calls from now on. */
  void twist(UnaryOperator<List<Embedding>> other) {
    twist = other;
  }

  static float[] vector(String text, String fingerprint) {
    float[] vector = new float[DIMS];
    long hash = CacheSimulation.mix((text + '/' + fingerprint).hashCode());
    for (int i = 0; i < DIMS; i++) {
      vector[i] = CacheSimulation.mix(hash + i) * 0x1p-64f;
    }
    return vector;
  }

  @Override
  public String name() {
    return "counting";
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int dimensions() {
    return DIMS;
  }

  @Override
  public int maxTokens() {
    return 100;
  }

  @Override
  public Embedding embed(String text) {
    return embedAll(List.of(text)).getFirst();
  }

  @Override
  public List<Embedding> embedAll(List<String> texts, EmbeddingWatch watch) {
    calls.add(List.copyOf(texts));
    List<Embedding> result = new ArrayList<>();
    for (String text : texts) {
      if (watch.cancelled()) {
        throw new SextantException(ErrorCode.CANCELLED, "cancelled");
      }
      result.add(
          new Embedding(vector(text, fingerprint), text.length() + 2, text.length() + 2 > 100));
    }
    watch.progress(texts.size(), texts.size());
    return twist.apply(result);
  }

  /** How many texts it was asked for. */
  int texts() {
    return calls.stream().mapToInt(List::size).sum();
  }

  @Override
  public void close() {}
}
