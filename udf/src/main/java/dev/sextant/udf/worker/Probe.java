package dev.sextant.udf.worker;

import dev.sextant.udf.seccomp.CallData.Arguments;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/*
 * Without a sandbox every attempt has to be harmless, and still to reach the part of the kernel
 * that does what is asked. Many therefore ask for something impossible: what the kernel says to
 * that, EFAULT or EINVAL or EBADF, shows that nobody stopped the call before.
 */
/**
 * An attempt to get out of a sandbox by one system call.
 *
 * @param name of the case
 * @param call the system call
 * @param arguments what it is called with in a sandbox
 * @param control what it is called with outside, if that differs
 * @param stage from when on it has to fail
 */
record Probe(String name, String call, Arguments arguments, Arguments control, Stage stage) {
  /** From when on a call has to fail. */
  enum Stage {
    /** From the start of the process. */
    START,
    /** Before the first line of foreign code. */
    RUN
  }

  private static final int O_WRONLY = 1;
  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0x40;
  private static final int AT_FDCWD = -100;
  private static final int CLONE_NEWUSER = 0x10000000;
  private static final int CLONE_FS = 0x200;
  private static final int CLONE_SIGHAND = 0x800;
  private static final int SIGCHLD = 17;

  private static Arguments of(long... arguments) {
    return new Arguments(arguments);
  }

  /** Makes probes, their texts in an arena. */
  private static final class Maker {
    private final Arena arena;
    private final List<Probe> probes = new ArrayList<>();

    Maker(Arena arena) {
      this.arena = arena;
    }

    long text(String text) {
      MemorySegment memory = arena.allocateFrom(text);
      return memory.address();
    }

    void start(String name, String call, long... arguments) {
      probes.add(new Probe(name, call, of(arguments), of(arguments), Stage.START));
    }

    void run(String name, String call, long... arguments) {
      probes.add(new Probe(name, call, of(arguments), of(arguments), Stage.RUN));
    }

    void open(String name, String path, int flags) {
      start(name, "openat", AT_FDCWD, text(path), flags, 0600);
    }
  }

  /**
   * All attempts.
   *
   * @param folder one with files made for this
   * @param parent the number of the process that asks
   */
  static List<Probe> all(Arena arena, String folder, long parent) {
    Maker maker = new Maker(arena);
    files(maker, folder);
    processes(maker, parent);
    kernel(maker);
    return maker.probes;
  }

  private static void files(Maker maker, String folder) {
    String database = folder + "/database.db";
    maker.open("read /etc/passwd", "/etc/passwd", 0);
    maker.open("write /etc/passwd", "/etc/passwd", O_WRONLY);
    maker.open("read /etc/shadow", "/etc/shadow", 0);
    maker.open("read the database", database, 0);
    maker.open("write the database", database, O_RDWR);
    maker.open("read the database's log", database + "-wal", 0);
    maker.open("read by ..", folder + "/../../../../etc/passwd", 0);
    maker.open("read through a link", folder + "/link", 0);
    maker.open("read /proc/1/root", "/proc/1/root/etc/passwd", 0);
    maker.open("write /proc/self/mem", "/proc/self/mem", O_RDWR);
    maker.open("make a file", folder + "/made", O_CREAT | O_WRONLY);
    maker.start("cut the database", "truncate", maker.text(database + "-none"), 0);
    maker.start("remove the database", "unlinkat", AT_FDCWD, maker.text(database + "-none"), 0);
    maker.start("make a link", "symlinkat", maker.text("x"), AT_FDCWD, maker.text(folder));
    maker.start("change a mode", "fchmodat", AT_FDCWD, maker.text(database), 0600);
    maker.run("write to another descriptor", "write", 900, 0, 0);
    maker.run("read from another descriptor", "read", 900, 0, 0);
    maker.run("type into a terminal", "ioctl", 0, 0x5412, 0);
    maker.run("list a folder", "getdents64", 900, 0, 0);
    maker.run("stat", "newfstatat", AT_FDCWD, maker.text("/etc/passwd"), 0, 0);
    maker.run("leave by chdir", "chdir", maker.text("/"));
    maker.start("chroot", "chroot", 0);
  }

  private static void processes(Maker maker, long parent) {
    Arguments newUser = of(CLONE_NEWUSER | CLONE_FS | SIGCHLD);
    Arguments fork = of(SIGCHLD);
    // Without shared memory, shared handlers are not valid: no process is made.
    Arguments noFork = of(SIGCHLD | CLONE_SIGHAND);
    maker.probes.add(new Probe("clone a namespace", "clone", newUser, newUser, Stage.START));
    maker.probes.add(new Probe("fork", "clone", fork, noFork, Stage.START));
    maker.start("clone3", "clone3", 0, 0);
    maker.start("unshare users", "unshare", CLONE_NEWUSER);
    maker.start("unshare mounts", "unshare", 0x20000);
    maker.start("unshare processes", "unshare", 0x20000000);
    maker.start("setns", "setns", -1, 0);
    maker.run("execute", "execve", 0, 0, 0);
    maker.start("execute a descriptor", "execveat", -1, maker.text(""), 0, 0, 0);
    maker.start("trace", "ptrace", 16, 0, 0, 0);
    maker.start("signal the parent", "kill", parent, 0);
    maker.run("signal a thread of the parent", "tgkill", parent, parent, 0);
    maker.start("read the parent's memory", "process_vm_readv", parent, 0, 0, 0, 0, 0);
    maker.start("write the parent's memory", "process_vm_writev", parent, 0, 0, 0, 0, 0);
    maker.start("hold the parent", "pidfd_open", parent, 0);
    maker.start("become dumpable", "prctl", 4, 1, 0, 0, 0);
    maker.start("seccomp by prctl", "prctl", 22, 2, 0, 0, 0);
    maker.run("a further filter", "seccomp", 1, 0, 0);
    maker.start("change capabilities", "capset", 0, 0);
    maker.start("change the user", "setresuid", -1, -1, -1);
    maker.start("personality", "personality", 0xffffffffL);
    maker.run("read limits", "prlimit64", 0, 7, 0, 0);
    maker.start("raise limits", "prlimit64", 0, 7, 1, 0);
  }

  private static void kernel(Maker maker) {
    maker.start("socket unix", "socket", 1, 1, 0);
    maker.start("socket inet", "socket", 2, 1, 0);
    maker.start("socket inet6", "socket", 10, 2, 0);
    maker.start("socket netlink", "socket", 16, 3, 0);
    maker.start("socket packet", "socket", 17, 3, 0);
    maker.start("socketpair", "socketpair", 1, 1, 0, 0);
    maker.start("connect", "connect", -1, 0, 0);
    maker.start("mount", "mount", 0, 0, 0, 0, 0);
    maker.start("pivot_root", "pivot_root", 0, 0);
    maker.start("a new mount", "fsopen", 0, 0);
    maker.start("init_module", "init_module", 0, 0, 0);
    maker.start("bpf", "bpf", 0, 0, 0);
    maker.start("userfaultfd", "userfaultfd", -1);
    maker.start("kexec", "kexec_load", 0, 1000, 0, 0);
    maker.start("perf", "perf_event_open", 0, 0, -1, -1, 0);
    maker.start("io_uring", "io_uring_setup", 0, 0);
    maker.start("add_key", "add_key", 0, 0, 0, 0, 0);
    maker.start("keyctl", "keyctl", 0, -3, 0);
    maker.start("shared memory", "shmget", 0, 0, 0);
    maker.start("memory as a file", "memfd_create", 0, 0);
    maker.start("set the clock", "clock_settime", 0, 0);
  }
}
