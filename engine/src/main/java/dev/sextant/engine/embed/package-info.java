/**
 * Texts to vectors: embedding models that run in this process, and the registry that loads them.
 *
 * <p>Start at {@link dev.sextant.engine.embed.EmbeddingModels}. Nothing here touches the network.
 */
@NullMarked
package dev.sextant.engine.embed;

import org.jspecify.annotations.NullMarked;
