package dev.sextant.storage.numa;

import java.util.Optional;

/** Where data that grows piece by piece has its memory from. Safe for many threads. */
@FunctionalInterface
public interface Space {
  /** Memory like any other, from whoever asks. */
  Space ORDINARY = (bytes, number) -> Optional.empty();

  /**
   * Memory for a piece, owned by who asks; empty where it is to be ordinary.
   *
   * @param bytes from 1
   * @param number of the piece, from 0; pieces with the same number lie on the same nodes
   * @throws RuntimeException where it is to be strict and cannot be had
   */
  Optional<PlacedRegion> piece(long bytes, int number);
}
