package dev.sextant.storage.numa.topology;

/**
 * A thread of this process.
 *
 * @param id its number in Linux
 * @param name as Linux keeps it: 15 bytes
 * @param kind what it is, by its name
 * @param allowed the CPUs it may run on; empty if unknown
 * @param cpu where it ran last, {@code -1} if unknown
 */
public record ThreadInfo(int id, String name, Kind kind, IdSet allowed, int cpu) {
  /** What a thread is for. */
  public enum Kind {
    /** It runs the statement that asks. */
    SESSION("session"),
    /** It works for Sextant: embeds, builds an index, writes the cache's file. */
    WORKER("worker"),
    /** It collects garbage. */
    GC("gc"),
    /** It compiles. */
    JIT("jit"),
    /** It serves the JVM otherwise. */
    VM("vm"),
    /** It is the program's, or a library's. */
    OTHER("other");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** In SQL. */
    public String label() {
      return label;
    }

    /** By the name that HotSpot or Sextant gives. */
    static Kind of(String name) {
      if (name.startsWith("sextant") || name.startsWith("hnsw-build")) {
        return WORKER;
      }
      if (name.startsWith("GC Thread")
          || name.startsWith("G1 ")
          || name.startsWith("ZWorker")
          || name.startsWith("ZDirector")
          || name.startsWith("ZDriver")
          || name.startsWith("Shenandoah")) {
        return GC;
      }
      if (name.startsWith("C1 Compiler")
          || name.startsWith("C2 Compiler")
          || name.startsWith("JVMCI")) {
        return JIT;
      }
      boolean vm =
          name.startsWith("VM ")
              || name.equals("Reference Handl")
              || name.equals("Finalizer")
              || name.equals("Signal Dispatch")
              || name.equals("Service Thread")
              || name.equals("Monitor Deflati")
              || name.equals("Notification Th")
              || name.equals("Common-Cleaner");
      return vm ? VM : OTHER;
    }
  }
}
