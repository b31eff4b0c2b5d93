package dev.sextant.storage.numa.kernel;

import dev.sextant.storage.numa.topology.IdSet;

/**
 * The system calls that placing memory and threads takes. A call that fails says so in its reply
 * and never by an exception. The real one is {@link LinuxKernel}; {@link NoKernel} stands where
 * there is none.
 */
public interface Kernel {
  /** mbind: fail with EIO where pages are elsewhere. */
  int STRICT = 1;

  /** mbind: move pages of this process that are elsewhere. */
  int MOVE = 2;

  /** mbind: move pages that other processes share, too; needs CAP_SYS_NICE. */
  int MOVE_ALL = 4;

  /**
   * Where the calling thread runs.
   *
   * @param reply of getcpu
   */
  record Location(Reply reply, int cpu, int node) {}

  /**
   * Where a thread may run.
   *
   * @param reply of sched_getaffinity
   */
  record Affinity(Reply reply, IdSet cpus) {}

  /**
   * The calling thread's policy.
   *
   * @param reply of get_mempolicy
   */
  record PolicyReply(Reply reply, MemoryPolicy policy) {}

  /** Why no call can work; empty where they may. */
  String unavailable();

  /** Bytes of a page. */
  int pageSize();

  /** The number of the calling thread: gettid(2). */
  Reply threadId();

  /** getcpu(2). */
  Location location();

  /** sched_getaffinity(2) of a thread by its number, 0 for the calling one. */
  Affinity affinity(int thread);

  /** sched_setaffinity(2); the kernel leaves out CPUs that are not there, without an error. */
  Reply setAffinity(int thread, IdSet cpus);

  /** get_mempolicy(2) of the calling thread. */
  PolicyReply policy();

  /** set_mempolicy(2) of the calling thread. */
  Reply setPolicy(MemoryPolicy policy);

  /** Bytes of a large page; what is at least as large as one is mapped where one may begin. */
  long LARGE_PAGE = 2 << 20;

  /** mmap(2) of private memory that takes no pages before it is touched; gives its address. */
  Reply map(long bytes);

  /** madvise(2) with MADV_HUGEPAGE: asks for large pages where memory is touched from now on. */
  Reply adviseLarge(long address, long bytes);

  /** munmap(2). */
  Reply unmap(long address, long bytes);

  /** madvise(2) with MADV_POPULATE_WRITE: touches all pages, and fails where it cannot. */
  Reply populate(long address, long bytes);

  /** Writes a byte of each page that holds none yet; for kernels without {@link #populate}. */
  Reply touch(long address, long bytes);

  /** mbind(2) of all pages of a region. */
  Reply bind(long address, long bytes, MemoryPolicy policy, int flags);

  /**
   * move_pages(2) as a question: the node of each page from an address on.
   *
   * @param nodes is filled: the node, or a negative errno; both -ENOENT and -EFAULT mean absent
   */
  Reply pageNodes(long address, int[] nodes);

  /**
   * move_pages(2): moves pages from an address on.
   *
   * @param targets a node for each page
   * @param nodes is filled as by {@link #pageNodes}
   */
  Reply movePages(long address, int[] targets, int[] nodes);

  /**
   * setpriority(2) of the calling thread: has it run when others leave a CPU to it, more so with
   * every step. Cannot be taken back without CAP_SYS_NICE.
   */
  default Reply lowerPriority(int steps) {
    return Reply.failed(Errno.ENOSYS);
  }

  /** The kernel of this machine, or one that says why there is none to call. */
  static Kernel host() {
    return LinuxKernel.open();
  }
}
