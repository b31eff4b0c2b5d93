package dev.sextant.storage.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/*
 * What is read at random, such as a graph or a cache, is found through the CPU's table of pages,
 * which holds about two thousand of them: 8 MB of the usual 4 KiB pages, 4 GB of 2 MiB ones. Linux
 * gives large pages where it is asked to before the memory is touched, and where its setting
 * transparent_hugepage is not `never`. Elsewhere the memory is ordinary.
 */
/** Memory outside the heap, on large pages where the kernel has them. */
public final class LargePages {
  private static final long LARGE = 2 << 20;
  private static final long SMALL = 4096;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;
  private static final long MAP_FAILED = -1;

  private static final Optional<Calls> CALLS = Calls.find();

  private LargePages() {}

  /** Calls of the C library on Linux, with the same numbers on x86-64 and on AArch64. */
  private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
    @SuppressWarnings("restricted") // calls of the C library by their documented types
    static Optional<Calls> find() {
      if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
        return Optional.empty();
      }
      Linker linker = Linker.nativeLinker();
      ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
      ValueLayout.OfInt number = ValueLayout.JAVA_INT;
      FunctionDescriptor map =
          FunctionDescriptor.of(word, word, word, number, number, number, word);
      FunctionDescriptor unmap = FunctionDescriptor.of(number, word, word);
      FunctionDescriptor advise = FunctionDescriptor.of(number, word, word, number);
      SymbolLookup library = linker.defaultLookup();
      return Optional.of(
          new Calls(
              linker.downcallHandle(library.findOrThrow("mmap"), map),
              linker.downcallHandle(library.findOrThrow("munmap"), unmap),
              linker.downcallHandle(library.findOrThrow("madvise"), advise)));
    }

    long map(long bytes) {
      try {
        return (long) mmap.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      } catch (Throwable impossible) {
        throw new IllegalStateException("mmap", impossible);
      }
    }

    void unmap(long address, long bytes) {
      if (bytes > 0) {
        try {
          int _ = (int) munmap.invokeExact(address, bytes);
        } catch (Throwable impossible) {
          throw new IllegalStateException("munmap", impossible);
        }
      }
    }

    /** Asks for large pages; a kernel that has none says no, and the memory is as good. */
    void advise(long address, long bytes) {
      try {
        int _ = (int) madvise.invokeExact(address, bytes, MADV_HUGEPAGE);
      } catch (Throwable impossible) {
        throw new IllegalStateException("madvise", impossible);
      }
    }
  }

  /**
   * Zeros that live as long as the arena; aligned to a large page where there is at least one.
   *
   * @param alignment of what is smaller than that
   * @throws OutOfMemoryError where the system has no more
   */
  public static MemorySegment allocate(Arena arena, long bytes, long alignment) {
    if (bytes < LARGE || CALLS.isEmpty()) {
      return arena.allocate(bytes, alignment);
    }
    return untouched(arena, bytes)
        .orElseThrow(() -> new OutOfMemoryError("mmap gives no " + bytes + " bytes"));
  }

  /**
   * Zeros that live as long as the arena and take memory only as they are touched, a large page at
   * a time; empty where the system cannot do that or has no more.
   */
  public static Optional<MemorySegment> untouched(Arena arena, long bytes) {
    return CALLS.flatMap(calls -> mapped(calls, arena, bytes));
  }

  @SuppressWarnings("restricted") // memory that was mapped for this arena, of just that size
  private static Optional<MemorySegment> mapped(Calls calls, Arena arena, long bytes) {
    long size = (bytes + SMALL - 1) / SMALL * SMALL;
    long start = calls.map(size + LARGE);
    if (start == MAP_FAILED) {
      return Optional.empty();
    }
    long aligned = (start + LARGE - 1) / LARGE * LARGE;
    calls.unmap(start, aligned - start);
    calls.unmap(aligned + size, start + LARGE - aligned);
    calls.advise(aligned, size);
    return Optional.of(
        MemorySegment.ofAddress(aligned)
            .reinterpret(bytes, arena, memory -> calls.unmap(memory.address(), size)));
  }
}
