package dev.sextant.storage.probe;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/*
 * All calls are short and never wait, so they are linked as critical: the thread stays where a
 * collector can wait for it, which spares the change of state and its cost.
 */
/** Functions of the C library that tell about a thread. */
final class LibraryCalls {
  private static final int OPEN_READ_ONLY_CLOSE_ON_EXEC = 0x80000;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private final MethodHandle getrusage;
  private final MethodHandle clockGettime;
  private final MethodHandle schedGetcpu;
  private final MethodHandle open;
  private final MethodHandle pread;
  private final MethodHandle close;

  @SuppressWarnings("restricted") // functions by their documented types
  private LibraryCalls(Linker linker) {
    Linker.Option quick = Linker.Option.critical(false);
    MemoryLayout address = ValueLayout.ADDRESS;
    SymbolLookup library = linker.defaultLookup();
    this.getrusage =
        linker.downcallHandle(
            library.findOrThrow("getrusage"), FunctionDescriptor.of(INT, INT, address), quick);
    this.clockGettime =
        linker.downcallHandle(
            library.findOrThrow("clock_gettime"), FunctionDescriptor.of(INT, INT, address), quick);
    this.schedGetcpu =
        linker.downcallHandle(
            library.findOrThrow("sched_getcpu"), FunctionDescriptor.of(INT), quick);
    this.open =
        linker.downcallHandle(
            library.findOrThrow("open"),
            FunctionDescriptor.of(INT, address, INT, INT),
            Linker.Option.firstVariadicArg(2));
    this.pread =
        linker.downcallHandle(
            library.findOrThrow("pread"),
            FunctionDescriptor.of(LONG, INT, address, LONG, LONG),
            quick);
    this.close =
        linker.downcallHandle(library.findOrThrow("close"), FunctionDescriptor.of(INT, INT));
  }

  /**
   * Those of this machine.
   *
   * @throws UnavailableException where the system is another, or the JVM denies native access
   */
  static LibraryCalls link() throws UnavailableException {
    String system = System.getProperty("os.name");
    if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
      throw new UnavailableException("the system is " + system + ", not Linux");
    }
    try {
      return new LibraryCalls(Linker.nativeLinker());
    } catch (IllegalCallerException denied) {
      throw new UnavailableException(
          "the JVM denies native access: start it with --enable-native-access", denied);
    } catch (UnsupportedOperationException | java.util.NoSuchElementException unsupported) {
      throw new UnavailableException(String.valueOf(unsupported.getMessage()), unsupported);
    }
  }

  int getrusage(int who, MemorySegment usage) {
    try {
      return (int) getrusage.invokeExact(who, usage);
    } catch (Throwable impossible) {
      throw new IllegalStateException("getrusage", impossible);
    }
  }

  int clockGettime(int clock, MemorySegment time) {
    try {
      return (int) clockGettime.invokeExact(clock, time);
    } catch (Throwable impossible) {
      throw new IllegalStateException("clock_gettime", impossible);
    }
  }

  int schedGetcpu() {
    try {
      return (int) schedGetcpu.invokeExact();
    } catch (Throwable impossible) {
      throw new IllegalStateException("sched_getcpu", impossible);
    }
  }

  /** A descriptor, or -1. */
  int open(MemorySegment path) {
    try {
      return (int) open.invokeExact(path, OPEN_READ_ONLY_CLOSE_ON_EXEC, 0);
    } catch (Throwable impossible) {
      throw new IllegalStateException("open", impossible);
    }
  }

  /** Bytes read from the start of a file, or -1. */
  int readStart(int descriptor, MemorySegment into) {
    try {
      return (int) (long) pread.invokeExact(descriptor, into, into.byteSize(), 0L);
    } catch (Throwable impossible) {
      throw new IllegalStateException("pread", impossible);
    }
  }

  void close(int descriptor) {
    try {
      int ignored = (int) close.invokeExact(descriptor);
    } catch (Throwable impossible) {
      throw new IllegalStateException("close", impossible);
    }
  }
}
