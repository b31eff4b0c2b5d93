/**
 * Functions in WebAssembly: reading, bounding and compiling modules, and calling them.
 *
 * <h2>What a module exports</h2>
 *
 * A function of the SQL function's name, exactly so written or in other cases, and nothing that the
 * engine would have to give it: imports and a start function are refused. Numbers are little-endian
 * as everywhere in WebAssembly. Every NaN that goes in or comes out of a REAL or comes out of a
 * VECTOR is the same one; which bits a NaN has inside of a module is not defined.
 *
 * <h2>One row at a time</h2>
 *
 * Without VECTORIZED the function is called once for each row of which no argument is NULL; where
 * one is, the result is NULL. The types are
 *
 * <pre>
 * SQL                 parameter                 result
 * INTEGER             i64                       i64
 * REAL                f64                       f64
 * BOOLEAN             i32, 0 or 1               i32, false for 0
 * TEXT, BLOB, VECTOR  i32 address, i32 length   i64: address in the upper 32 bits, length in bytes
 *                     in bytes                  in the lower
 * </pre>
 *
 * Text is UTF-8; a vector is floats of four bytes. A result lies anywhere in the module's memory,
 * the arguments included, and is read before the next call.
 *
 * <h2>Columns: {@code columnar/1}</h2>
 *
 * With VECTORIZED the function is called with many rows at once, those with NULL included. All its
 * parameters are i32 and it has no result:
 *
 * <pre>
 * name(n, values of each argument…, nulls of each argument…, out, outNulls)
 *
 * n         rows, at least 1
 * values    INTEGER: address of n i64; REAL: of n f64; BOOLEAN: of n bytes, 0 or 1
 *           TEXT, BLOB, VECTOR: two addresses, of n + 1 offsets of 4 bytes each and of the bytes;
 *           value i lies from offset i up to offset i + 1, counted from the first of the bytes
 * nulls     address of n bytes, 1 where the argument is NULL; the value is 0 or empty there
 * out       INTEGER: address for n i64; REAL: for n f64; BOOLEAN: for n bytes
 *           TEXT, BLOB, VECTOR: for n pairs of 4 + 4 bytes, address and length of each result,
 *           which lies anywhere in the module's memory
 * outNulls  address of n bytes, 1 where an argument is NULL; the function may change them
 * </pre>
 *
 * All addresses are multiples of 8 and everything under {@code out} is 0 before the call. A batch
 * that is large is given in several calls.
 *
 * <h2>Where arguments lie</h2>
 *
 * A module with an allocator of its own exports {@code alloc}, which takes a number of bytes as i32
 * and gives an address as i32; the block then belongs to the engine until the statement ends, and
 * the engine asks for another only when it needs a larger one. Without {@code alloc} the engine
 * adds pages at the end of the memory, beyond what the module declares as its maximum if need be;
 * such a module must use only what it declares, or grows itself. Where nothing lies in memory a
 * module needs none.
 *
 * <h2>What bounds a call</h2>
 *
 * Fuel (see {@link dev.sextant.udf.wasm.binary.Meter}) decides the same way on every machine, calls
 * within calls and the memory's maximum too; the time is a second line, enforced by an interrupt
 * that compiled code looks for at every turn of a loop. Instances are made for each statement and
 * thrown away, after a failure at once: nothing remains from one statement to the next.
 */
@NullMarked
package dev.sextant.udf.wasm;

import org.jspecify.annotations.NullMarked;
