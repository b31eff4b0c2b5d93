package dev.sextant.udf;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** System calls that a policy denies together, whatever its rules say. */
public enum CallCategory {
  /** Sockets of all families. */
  NETWORK(
      """
      socket socketpair connect accept accept4 bind listen sendto sendmsg sendmmsg recvfrom recvmsg
      recvmmsg shutdown getsockopt setsockopt getsockname getpeername"""),
  /** Other views of the system. */
  NAMESPACE("unshare setns chroot pivot_root"),
  /** File systems. */
  MOUNT(
      """
      mount umount2 move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr
      statmount listmount swapon swapoff quotactl quotactl_fd"""),
  /** Code for the kernel, and another kernel. */
  KERNEL(
      """
      init_module finit_module delete_module kexec_load kexec_file_load bpf perf_event_open
      userfaultfd reboot acct syslog iopl ioperm modify_ldt uselib"""),
  /** Calls made by the kernel later, past the filter. */
  ASYNC("io_uring_setup io_uring_enter io_uring_register io_setup io_submit io_cancel io_destroy"),
  /** Other processes' memory, descriptors and lives. */
  TRACE(
      """
      ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_open
      pidfd_getfd pidfd_send_signal kill tkill rt_sigqueueinfo rt_tgsigqueueinfo"""),
  /** The kernel's keys. */
  KEYS("add_key request_key keyctl"),
  /** Users, groups and capabilities. */
  PRIVILEGE(
      """
      setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset
      personality sethostname setdomainname vhangup"""),
  /** The clock. */
  CLOCK("settimeofday clock_settime clock_adjtime adjtimex"),
  /** What outlives the process. */
  IPC(
      """
      shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open
      mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr memfd_create memfd_secret"""),
  /** Changes to files and folders. */
  CHANGE(
      """
      creat mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat rename renameat
      renameat2 mknod mknodat truncate ftruncate fallocate chmod fchmod fchmodat fchmodat2 chown
      fchown lchown fchownat utime utimes utimensat futimesat setxattr lsetxattr fsetxattr
      removexattr lremovexattr fremovexattr setxattrat removexattrat name_to_handle_at
      open_by_handle_at fanotify_init fanotify_mark"""),
  /** Other programs. */
  EXEC("execve execveat fork vfork");

  @SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed.
  private final List<String> calls;

  CallCategory(String calls) {
    this.calls = List.of(calls.strip().split("\\s+"));
  }

  /** The names of the calls, of which an architecture may lack some. */
  public List<String> calls() {
    return calls;
  }

  /** The category of that name in any case; empty for a name that is none. */
  public static Optional<CallCategory> of(String name) {
    for (CallCategory category : values()) {
      if (category.name().equals(name.toUpperCase(Locale.ROOT))) {
        return Optional.of(category);
      }
    }
    return Optional.empty();
  }
}
