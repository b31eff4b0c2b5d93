/**
 * Which entries a cache keeps: policies over numbered entries, their simulation on streams of keys,
 * and the miss-ratio curve of a stream.
 *
 * <p>Start at {@link dev.sextant.engine.cache.policy.Policy}. Nothing here holds a cached value.
 */
@NullMarked
package dev.sextant.engine.cache.policy;

import org.jspecify.annotations.NullMarked;
