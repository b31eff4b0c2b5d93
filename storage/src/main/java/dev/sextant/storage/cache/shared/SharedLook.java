package dev.sextant.storage.cache.shared;

import dev.sextant.storage.cache.StoredVector;

/** What a look into a shared file came to. */
public sealed interface SharedLook {
  /** The vector, copied. */
  record Found(StoredVector stored, boolean pinned) implements SharedLook {}

  /** An entry that is not as it was written. */
  record Damaged() implements SharedLook {}

  /** No entry. */
  record Absent() implements SharedLook {}
}
