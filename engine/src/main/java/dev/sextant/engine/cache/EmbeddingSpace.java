package dev.sextant.engine.cache;

import dev.sextant.engine.embed.EmbeddingModel;

/**
 * All that a vector depends on beside its text. Two vectors may be compared, and one may stand for
 * the other, only within one space.
 *
 * @param model the name by which SQL calls the model; it groups statistics and is no part of the
 *     key
 * @param fingerprint see {@link EmbeddingModel#fingerprint()}
 * @param prefix what is put before each text, such as {@code "query: "}; often empty
 * @param normalisation how the model's output is scaled, such as {@code l2}
 * @param dimensions length of the vectors
 */
public record EmbeddingSpace(
    String model, String fingerprint, String prefix, String normalisation, int dimensions) {

  /** The space of a model whose vectors have unit length, with texts as they are. */
  public static EmbeddingSpace of(EmbeddingModel model) {
    return new EmbeddingSpace(model.name(), model.fingerprint(), "", "l2", model.dimensions());
  }

  /** The same with another prefix. */
  public EmbeddingSpace withPrefix(String other) {
    return new EmbeddingSpace(model, fingerprint, other, normalisation, dimensions);
  }
}
