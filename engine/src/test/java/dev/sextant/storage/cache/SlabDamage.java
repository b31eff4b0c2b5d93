package dev.sextant.storage.cache;

/** Lets tests of other packages damage a slab. */
public final class SlabDamage {
  private SlabDamage() {}

  /** Flips one bit of a record's vector. */
  public static void flip(Slab slab, int record, int bit) {
    slab.damage(record, bit);
  }
}
