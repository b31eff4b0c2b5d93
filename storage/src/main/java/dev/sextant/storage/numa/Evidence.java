package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.kernel.Reply;

/** What a placement has come to, by the kernel's word and not by ours. */
public sealed interface Evidence {
  /**
   * All pages were counted and lie where they should; or a thread's CPUs were read back.
   *
   * @param counted pages or CPUs
   * @param detail on which nodes, or which CPUs
   */
  record Verified(long counted, String detail) implements Evidence {}

  /**
   * The kernel has taken the policy; not all pages could be counted.
   *
   * @param reason why not
   */
  record Applied(String reason) implements Evidence {}

  /**
   * The kernel has taken the policy; some pages, or CPUs, are not as they should be.
   *
   * @param elsewhere how many
   * @param detail where they are
   */
  record BestEffort(long elsewhere, String detail) implements Evidence {}

  /**
   * Nothing was placed.
   *
   * @param errno of the call that failed, 0 if none was made
   * @param reason what was not to be had
   */
  record None(int errno, String reason) implements Evidence {}

  /**
   * There is nothing to choose.
   *
   * @param reason such as {@code 1 NUMA node}
   */
  record NotApplicable(String reason) implements Evidence {}

  /** A call that failed. */
  static None failed(String call, Reply reply) {
    return new None(reply.errno(), call + " gave " + reply.error());
  }

  /** Whether a strict placement may be content. */
  default boolean holds() {
    return switch (this) {
      case Verified _, NotApplicable _ -> true;
      case Applied _, BestEffort _, None _ -> false;
    };
  }

  /** As SQL writes it. */
  default String label() {
    return switch (this) {
      case Verified(long counted, String detail) -> "verified (" + counted + " " + detail + ")";
      case Applied(String reason) -> "applied (" + reason + ")";
      case BestEffort(long elsewhere, String detail) ->
          "best-effort (" + elsewhere + " elsewhere: " + detail + ")";
      case None(int errno, String reason) ->
          "none (" + (errno == 0 ? "" : Errno.name(errno) + ", ") + reason + ")";
      case NotApplicable(String reason) -> "not applicable (" + reason + ")";
    };
  }
}
