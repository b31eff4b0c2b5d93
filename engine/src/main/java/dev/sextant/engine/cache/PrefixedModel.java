package dev.sextant.engine.cache;

import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.embed.EmbeddingWatch;
import dev.sextant.engine.embed.TokenSplitter;
import java.util.List;
import java.util.Optional;

/** A model that sees each text behind a prefix, without a cache. Closing it does nothing. */
record PrefixedModel(EmbeddingModel model, String prefix) implements EmbeddingModel {

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public String fingerprint() {
    return model.fingerprint();
  }

  @Override
  public int dimensions() {
    return model.dimensions();
  }

  @Override
  public int maxTokens() {
    return model.maxTokens();
  }

  @Override
  public Optional<TokenSplitter> tokenSplitter() {
    return model.tokenSplitter();
  }

  @Override
  public Embedding embed(String text) {
    return model.embed(prefix + text);
  }

  @Override
  public List<Embedding> embedAll(List<String> texts, EmbeddingWatch watch) {
    return model.embedAll(texts.stream().map(text -> prefix + text).toList(), watch);
  }

  @Override
  public void close() {
    // The model is its owner's to close.
  }
}
