package dev.sextant.storage.numa.kernel;

import dev.sextant.storage.numa.topology.IdSet;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;

/*
 * The C library has no functions for most of these calls (those of libnuma are a library of their
 * own), so all go through its syscall() by number, with six words of arguments and errno captured.
 * A mask of nodes is given with one bit more than it has, since the kernel takes one off.
 */
/** The system calls of Linux on x86-64 and AArch64. */
public final class LinuxKernel implements Kernel {
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int HUGEPAGE = 14;
  private static final int POPULATE_WRITE = 23;

  /** Bits of a mask of nodes: as many as a kernel can be built for. */
  private static final int NODE_BITS = 1024;

  private static final int PRIO_PROCESS = 0;

  /** What getpriority gives for a nice value of zero: less is nicer. */
  private static final long NICE_ZERO = 20;

  private static final int FIRST_AFFINITY_BYTES = 1024;
  private static final int LAST_AFFINITY_BYTES = (IdSet.MAX_ID + 1) / Byte.SIZE;

  /** Pages asked for in one call. */
  private static final int PAGES = 16_384;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final MethodHandle call;
  private final CallNumbers numbers;
  private final int pageSize;

  private LinuxKernel(MethodHandle call, CallNumbers numbers, int pageSize) {
    this.call = call;
    this.numbers = numbers;
    this.pageSize = pageSize;
  }

  /** The kernel of this machine, or one that says why it cannot be called. */
  public static Kernel open() {
    String system = System.getProperty("os.name");
    if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
      return new NoKernel("the system is " + system + ", not Linux");
    }
    String architecture = System.getProperty("os.arch");
    Optional<CallNumbers> numbers = CallNumbers.of(architecture);
    if (numbers.isEmpty()) {
      return new NoKernel("numbers of system calls are not known for " + architecture);
    }
    try {
      return link(numbers.get());
    } catch (IllegalCallerException denied) {
      return new NoKernel("the JVM denies native access: start it with --enable-native-access");
    }
  }

  @SuppressWarnings("restricted") // syscall and getpagesize by their documented types
  private static Kernel link(CallNumbers numbers) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup library = linker.defaultLookup();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    MethodHandle call =
        linker.downcallHandle(
            library.findOrThrow("syscall"),
            FunctionDescriptor.of(word, word, word, word, word, word, word, word),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    MethodHandle size =
        linker.downcallHandle(
            library.findOrThrow("getpagesize"), FunctionDescriptor.of(ValueLayout.JAVA_INT));
    try {
      return new LinuxKernel(call, numbers, (int) size.invokeExact());
    } catch (Throwable impossible) {
      throw new IllegalStateException("getpagesize", impossible);
    }
  }

  /** Up to six words of arguments. */
  private Reply call(Arena arena, long number, long... words) {
    long[] w = java.util.Arrays.copyOf(words, 6);
    MemorySegment state = arena.allocate(STATE);
    try {
      long value = (long) call.invokeExact(state, number, w[0], w[1], w[2], w[3], w[4], w[5]);
      return value == -1 ? Reply.failed((int) ERRNO.get(state, 0L)) : Reply.of(value);
    } catch (Throwable impossible) {
      throw new IllegalStateException("system call " + number, impossible);
    }
  }

  private Reply call(long number, long... words) {
    try (Arena arena = Arena.ofConfined()) {
      return call(arena, number, words);
    }
  }

  @Override
  public String unavailable() {
    return "";
  }

  @Override
  public int pageSize() {
    return pageSize;
  }

  @Override
  public Reply threadId() {
    return call(numbers.gettid());
  }

  @Override
  public Location location() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(ValueLayout.JAVA_INT, 2);
      Reply reply = call(arena, numbers.getcpu(), both.address(), both.address() + 4, 0);
      return reply.ok()
          ? new Location(
              reply,
              both.getAtIndex(ValueLayout.JAVA_INT, 0),
              both.getAtIndex(ValueLayout.JAVA_INT, 1))
          : new Location(reply, -1, -1);
    }
  }

  @Override
  public Reply lowerPriority(int steps) {
    Reply now = call(numbers.getPriority(), PRIO_PROCESS, 0);
    return now.ok()
        ? call(numbers.setPriority(), PRIO_PROCESS, 0, NICE_ZERO - now.value() + steps)
        : now;
  }

  @Override
  public Affinity affinity(int thread) {
    Reply reply = Reply.failed(Errno.EINVAL);
    for (int bytes = FIRST_AFFINITY_BYTES; bytes <= LAST_AFFINITY_BYTES; bytes *= 2) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment mask = arena.allocate(bytes, Long.BYTES);
        reply = call(arena, numbers.getAffinity(), thread, bytes, mask.address());
        if (reply.ok()) {
          BitSet bits = BitSet.valueOf(mask.toArray(ValueLayout.JAVA_LONG));
          return new Affinity(reply, IdSet.of(bits));
        }
      }
      if (reply.errno() != Errno.EINVAL) {
        break;
      }
    }
    return new Affinity(reply, IdSet.EMPTY);
  }

  @Override
  public Reply setAffinity(int thread, IdSet cpus) {
    try (Arena arena = Arena.ofConfined()) {
      long bytes = Math.max(FIRST_AFFINITY_BYTES, (long) cpus.words().length * Long.BYTES);
      MemorySegment mask = mask(arena, cpus, bytes);
      return call(arena, numbers.setAffinity(), thread, bytes, mask.address());
    }
  }

  private static MemorySegment mask(Arena arena, IdSet ids, long bytes) {
    MemorySegment mask = arena.allocate(bytes, Long.BYTES);
    long[] words = ids.words();
    MemorySegment.copy(words, 0, mask, ValueLayout.JAVA_LONG, 0, words.length);
    return mask;
  }

  private static int nodeBits(IdSet nodes) {
    return Math.max(NODE_BITS, (nodes.end() + Long.SIZE - 1) / Long.SIZE * Long.SIZE);
  }

  @Override
  public PolicyReply policy() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mode = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment mask = arena.allocate(NODE_BITS / Byte.SIZE, Long.BYTES);
      Reply reply =
          call(arena, numbers.getPolicy(), mode.address(), mask.address(), NODE_BITS + 1, 0, 0);
      BitSet bits = BitSet.valueOf(mask.toArray(ValueLayout.JAVA_LONG));
      int value = mode.get(ValueLayout.JAVA_INT, 0);
      return new PolicyReply(reply, new MemoryPolicy(value, IdSet.of(bits)));
    }
  }

  @Override
  public Reply setPolicy(MemoryPolicy policy) {
    try (Arena arena = Arena.ofConfined()) {
      int bits = nodeBits(policy.nodes());
      long mask =
          policy.nodes().isEmpty() ? 0 : mask(arena, policy.nodes(), bits / Byte.SIZE).address();
      return call(arena, numbers.setPolicy(), policy.mode(), mask, mask == 0 ? 0 : bits + 1);
    }
  }

  @Override
  public Reply map(long bytes) {
    if (bytes < LARGE_PAGE) {
      return call(numbers.mmap(), 0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    }
    long wide = bytes + LARGE_PAGE;
    Reply mapped = call(numbers.mmap(), 0, wide, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    if (!mapped.ok()) {
      return mapped;
    }
    long start = mapped.value();
    long aligned = (start + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    cut(start, aligned);
    cut(aligned + bytes, start + wide);
    return Reply.of(aligned);
  }

  /** What was mapped beside what is wanted. */
  private void cut(long from, long to) {
    if (to > from) {
      unmap(from, to - from);
    }
  }

  @Override
  public Reply adviseLarge(long address, long bytes) {
    return call(numbers.madvise(), address, bytes, HUGEPAGE);
  }

  @Override
  public Reply unmap(long address, long bytes) {
    return call(numbers.munmap(), address, bytes);
  }

  @Override
  public Reply populate(long address, long bytes) {
    return call(numbers.madvise(), address, bytes, POPULATE_WRITE);
  }

  @Override
  @SuppressWarnings("restricted") // a region that the caller has mapped
  public Reply touch(long address, long bytes) {
    MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes);
    for (long at = 0; at < bytes; at += pageSize) {
      memory.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
    }
    return Reply.of(0);
  }

  @Override
  public Reply bind(long address, long bytes, MemoryPolicy policy, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      int bits = nodeBits(policy.nodes());
      long mask =
          policy.nodes().isEmpty() ? 0 : mask(arena, policy.nodes(), bits / Byte.SIZE).address();
      long width = mask == 0 ? 0 : bits + 1;
      return call(arena, numbers.mbind(), address, bytes, policy.mode(), mask, width, flags);
    }
  }

  @Override
  public Reply pageNodes(long address, int[] nodes) {
    return pages(address, null, nodes);
  }

  @Override
  public Reply movePages(long address, int[] targets, int[] nodes) {
    return pages(address, targets, nodes);
  }

  private Reply pages(
      long address, int @org.jspecify.annotations.Nullable [] targets, int[] nodes) {
    Reply last = Reply.of(0);
    for (int done = 0; done < nodes.length && last.ok(); done += PAGES) {
      int count = Math.min(PAGES, nodes.length - done);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment pages = arena.allocate(ValueLayout.JAVA_LONG, count);
        MemorySegment status = arena.allocate(ValueLayout.JAVA_INT, count);
        for (int i = 0; i < count; i++) {
          pages.setAtIndex(ValueLayout.JAVA_LONG, i, address + (long) (done + i) * pageSize);
        }
        long wanted = 0;
        if (targets != null) {
          MemorySegment to = arena.allocate(ValueLayout.JAVA_INT, count);
          MemorySegment.copy(targets, done, to, ValueLayout.JAVA_INT, 0, count);
          wanted = to.address();
        }
        last =
            call(
                arena,
                numbers.movePages(),
                0,
                count,
                pages.address(),
                wanted,
                status.address(),
                MOVE);
        MemorySegment.copy(status, ValueLayout.JAVA_INT, 0, nodes, done, count);
      }
    }
    return last;
  }
}
