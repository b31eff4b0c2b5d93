package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Reply;

/**
 * Something that placing needs of the kernel, and whether it gave it when it was tried.
 *
 * @param name of the call, with what it was asked for
 * @param reply what it gave
 * @param tested how it was tried
 * @param neededFor what does not work without it
 */
public record Capability(String name, Reply reply, String tested, String neededFor) {
  /** Whether it worked. */
  public boolean available() {
    return reply.ok();
  }

  /** What may be done where it did not; empty where it did. */
  public String remedy() {
    return switch (reply.error()) {
      case "" -> "";
      case "EPERM", "EACCES" ->
          "A seccomp filter or a missing capability forbids it: in a container, add CAP_SYS_NICE or"
              + " allow the call in its seccomp profile.";
      case "ENOSYS" -> "This kernel has no such call, or it cannot be made: see the reason.";
      case "EINVAL" -> "This kernel does not know it; a newer one does.";
      default -> "See the manual page of the call.";
    };
  }
}
