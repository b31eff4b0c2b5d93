/**
 * The embedding cache: in front of the models, with a tier in memory and a durable one.
 *
 * <p>Start at {@link dev.sextant.engine.cache.EmbeddingCache}.
 */
@NullMarked
package dev.sextant.engine.cache;

import org.jspecify.annotations.NullMarked;
