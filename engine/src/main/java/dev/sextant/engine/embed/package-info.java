/**
 * Texts to vectors: embedding models in this process and on servers, and the registry that has
 * them.
 *
 * <p>Start at {@link dev.sextant.engine.embed.EmbeddingModels}. Nothing but a model that a user has
 * defined with an address touches the network.
 */
@NullMarked
package dev.sextant.engine.embed;

import org.jspecify.annotations.NullMarked;
