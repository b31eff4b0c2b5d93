package dev.sextant.storage.numa.topology;

/** Bounds on what is read from files that a kernel, a container or a test gives. */
final class TopologyLimits {
  /** Bytes of one file; the rest is left. */
  static final int FILE_BYTES = 1 << 20;

  /** Names in one folder. */
  static final int CHILDREN = 100_000;

  /** Notes kept; after that they are counted only. */
  static final int NOTES = 10_000;

  /** Characters of a text that a note shows. */
  static final int NOTE_TEXT = 120;

  /** Folders between a device and the root of all devices, or a control group and its root. */
  static final int PARENTS = 64;

  private TopologyLimits() {}
}
