/** The text form of WebAssembly modules, and the assembler that makes the binary form of it. */
@NullMarked
package dev.sextant.udf.wasm.wat;

import org.jspecify.annotations.NullMarked;
