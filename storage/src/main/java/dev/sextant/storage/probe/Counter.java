package dev.sextant.storage.probe;

import java.util.Locale;

/** What a {@link ThreadProbe} reads of a thread; all but {@link #CPU} only ever grow. */
public enum Counter {
  /** Nanoseconds on a CPU. */
  CPU_NANOS(0),
  /** Nanoseconds on a CPU of all threads of the process, as of at most a millisecond ago. */
  PROCESS_CPU_NANOS(1),
  /** Nanoseconds ready to run and waiting for a CPU. */
  RUN_QUEUE_NANOS(2),
  /** Page faults that needed no disk. */
  MINOR_FAULTS(3),
  /** Page faults that did. */
  MAJOR_FAULTS(4),
  /** Switches because the thread waited for something. */
  VOLUNTARY_SWITCHES(5),
  /** Switches because its time was over. */
  INVOLUNTARY_SWITCHES(6),
  /** The number of the CPU it runs on. */
  CPU(7),
  /** Bytes allocated on the heap. */
  ALLOCATED_BYTES(8),
  /** Nanoseconds for which the control group was stopped, its quota being used up. */
  THROTTLED_NANOS(9);

  /** Stands for what could not be read. */
  public static final long MISSING = Long.MIN_VALUE;

  private final int slot;

  Counter(int slot) {
    this.slot = slot;
  }

  /** Its place in a reading. */
  public int slot() {
    return slot;
  }

  /** The name in SQL. */
  public String sqlName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
