package dev.sextant.storage.numa.kernel;

import dev.sextant.storage.numa.topology.IdSet;

/**
 * Stands where system calls cannot be made: on another system than Linux, on a processor whose
 * numbers of calls are not known here, or in a JVM that denies native access. Every call fails with
 * ENOSYS.
 *
 * @param unavailable why
 */
public record NoKernel(String unavailable) implements Kernel {
  private static final Reply NONE = Reply.failed(Errno.ENOSYS);
  private static final int USUAL_PAGE = 4096;

  @Override
  public int pageSize() {
    return USUAL_PAGE;
  }

  @Override
  public Reply threadId() {
    return NONE;
  }

  @Override
  public Location location() {
    return new Location(NONE, -1, -1);
  }

  @Override
  public Affinity affinity(int thread) {
    return new Affinity(NONE, IdSet.EMPTY);
  }

  @Override
  public Reply setAffinity(int thread, IdSet cpus) {
    return NONE;
  }

  @Override
  public PolicyReply policy() {
    return new PolicyReply(NONE, MemoryPolicy.NONE);
  }

  @Override
  public Reply setPolicy(MemoryPolicy policy) {
    return NONE;
  }

  @Override
  public Reply map(long bytes) {
    return NONE;
  }

  @Override
  public Reply unmap(long address, long bytes) {
    return NONE;
  }

  @Override
  public Reply adviseLarge(long address, long bytes) {
    return NONE;
  }

  @Override
  public Reply populate(long address, long bytes) {
    return NONE;
  }

  @Override
  public Reply touch(long address, long bytes) {
    return NONE;
  }

  @Override
  public Reply bind(long address, long bytes, MemoryPolicy policy, int flags) {
    return NONE;
  }

  @Override
  public Reply pageNodes(long address, int[] nodes) {
    return NONE;
  }

  @Override
  public Reply movePages(long address, int[] targets, int[] nodes) {
    return NONE;
  }
}
