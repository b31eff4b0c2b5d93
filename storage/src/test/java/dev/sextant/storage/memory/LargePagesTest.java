package dev.sextant.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LargePagesTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 4096, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 7_000_001})
  void givesZerosOfAnySizeThatLiveAsLongAsTheArena(long bytes) {
    MemorySegment memory;
    try (Arena arena = Arena.ofShared()) {
      memory = LargePages.allocate(arena, bytes, 64);
      assertThat(memory.byteSize()).isEqualTo(bytes);
      assertThat(memory.address() % (bytes < 2 << 20 ? 64 : 2 << 20)).isZero();
      for (long i = 0; i < bytes; i++) {
        if (memory.get(ValueLayout.JAVA_BYTE, i) != 0) {
          throw new AssertionError("not zero at " + i);
        }
      }
      memory.fill((byte) 7);
      assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 7);
    }
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void moreThanTheAddressSpaceIsNotGiven() {
    try (Arena arena = Arena.ofConfined()) {
      assertThat(LargePages.untouched(arena, 1L << 60)).isEmpty();
      assertThatThrownBy(() -> LargePages.allocate(arena, 1L << 60, 64))
          .isInstanceOf(OutOfMemoryError.class);
    }
  }

  @Test
  void whatIsNotTouchedTakesNothing() {
    try (Arena arena = Arena.ofConfined()) {
      Optional<MemorySegment> memory = LargePages.untouched(arena, 1L << 36);
      memory.ifPresent(all -> all.set(ValueLayout.JAVA_BYTE, all.byteSize() - 1, (byte) 1));
      assertThat(memory.map(all -> all.get(ValueLayout.JAVA_BYTE, 0)).orElse((byte) 0)).isZero();
    }
  }
}
