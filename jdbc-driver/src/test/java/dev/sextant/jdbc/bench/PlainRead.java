package dev.sextant.jdbc.bench;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Reads memory from one end to the other, as fast as one thread can. */
final class PlainRead {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private PlainRead() {}

  /** The sum of all floats. */
  static float sum(MemorySegment memory) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int vector = SPECIES.vectorByteSize();
    long end = memory.byteSize() - 4L * vector;
    for (long at = 0; at <= end; at += 4L * vector) {
      s0 = s0.add(load(memory, at));
      s1 = s1.add(load(memory, at + vector));
      s2 = s2.add(load(memory, at + 2L * vector));
      s3 = s3.add(load(memory, at + 3L * vector));
    }
    return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
  }

  private static FloatVector load(MemorySegment memory, long at) {
    return FloatVector.fromMemorySegment(SPECIES, memory, at, ByteOrder.LITTLE_ENDIAN);
  }
}
