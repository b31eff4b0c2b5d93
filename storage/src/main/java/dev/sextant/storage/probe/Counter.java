package dev.sextant.storage.probe;

/** What a {@link ThreadProbe} reads of a thread; all but {@link #CPU} only ever grow. */
public enum Counter {
  /** Nanoseconds on a CPU. */
  CPU_NANOS(0, "cpu_ns"),
  /** Nanoseconds on a CPU of the process's other threads, as of at most a millisecond ago. */
  OTHER_CPU_NANOS(1, "other_cpu_ns"),
  /** Nanoseconds ready to run and waiting for a CPU. */
  RUN_QUEUE_NANOS(2, "run_queue_ns"),
  /** Page faults that needed no disk. */
  MINOR_FAULTS(3, "minor_faults"),
  /** Page faults that did. */
  MAJOR_FAULTS(4, "major_faults"),
  /** Switches because the thread waited for something. */
  VOLUNTARY_SWITCHES(5, "voluntary_switches"),
  /** Switches because its time was over. */
  INVOLUNTARY_SWITCHES(6, "involuntary_switches"),
  /** The number of the CPU it runs on, which tells whether it migrated. */
  CPU(7, "migrated"),
  /** Bytes allocated on the heap. */
  ALLOCATED_BYTES(8, "allocated_bytes"),
  /** Nanoseconds for which the control group was stopped, its quota being used up. */
  THROTTLED_NANOS(9, "throttled_ns");

  /** {@link #OTHER_CPU_NANOS} says nothing of what took less time than this. */
  public static final long OTHER_CPU_EVERY_NANOS = 1_000_000;

  /** Stands for what could not be read. */
  public static final long MISSING = Long.MIN_VALUE;

  private final int slot;
  private final String sqlName;

  Counter(int slot, String sqlName) {
    this.slot = slot;
    this.sqlName = sqlName;
  }

  /** Its place in a reading. */
  public int slot() {
    return slot;
  }

  /** The name in SQL: that of the column of samples that it makes. */
  public String sqlName() {
    return sqlName;
  }
}
