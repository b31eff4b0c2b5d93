package dev.sextant.engine.embed;

import java.util.List;
import java.util.Optional;

/**
 * A model that turns a text into a vector of unit length. Safe for use by many threads.
 *
 * <p>A text's vector depends on the text alone: never on what is embedded with it, on the number of
 * threads, or on the order of calls.
 */
public interface EmbeddingModel extends AutoCloseable {

  /** The name by which SQL calls it. */
  String name();

  /**
   * What tells this model's vectors from those of any other model or version: a digest over all
   * that a vector depends on beside the text. Equal where vectors are.
   */
  String fingerprint();

  /** Length of every vector. */
  int dimensions();

  /** The window: tokens of a text beyond it are left out, see {@link Embedding#truncated()}. */
  int maxTokens();

  /** The model's tokenizer; empty for a model that runs elsewhere and does not say. */
  default Optional<TokenSplitter> tokenSplitter() {
    return Optional.empty();
  }

  /** What the model wants before each text of a role; nothing, unless it was trained so. */
  default String prefix(EmbedRole role) {
    return "";
  }

  /** Embeds one text on the calling thread; the empty text has a vector too. */
  Embedding embed(String text);

  /**
   * Embeds many texts on the model's threads.
   *
   * @return one embedding per text, in the order of {@code texts}
   * @throws dev.sextant.engine.error.SextantException {@code 57014} once {@code watch} cancels or
   *     the calling thread is interrupted; checked between texts
   */
  List<Embedding> embedAll(List<String> texts, EmbeddingWatch watch);

  /** As {@link #embedAll(List, EmbeddingWatch)}, neither watched nor cancelled. */
  default List<Embedding> embedAll(List<String> texts) {
    return embedAll(texts, EmbeddingWatch.NONE);
  }

  /** Waits for texts being embedded, then frees the model; later calls fail. */
  @Override
  void close();
}
