/**
 * Long texts in pieces that a model can read.
 *
 * <p>Start at {@link dev.sextant.engine.embed.chunk.Chunker}.
 */
@NullMarked
package dev.sextant.engine.embed.chunk;

import org.jspecify.annotations.NullMarked;
