/**
 * The binary form of WebAssembly modules: what is allowed in one, reading it within limits, and
 * writing it back with its use of fuel, stack and memory bounded.
 */
@NullMarked
package dev.sextant.udf.wasm.binary;

import org.jspecify.annotations.NullMarked;
