package dev.sextant.udf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/*
 * Both policies hold for a worker at the end: filters stack, and the stricter verdict wins. The
 * first has to let a JVM start, which loads libraries, makes threads and is itself started by a
 * vfork and an exec. The second knows a JVM that has loaded all it needs, so that nothing is left
 * but memory, threads, time, signals and the three pipes. pread64 belongs to it: HotSpot reads the
 * archive of its classes with it and dies without.
 *
 * clone3 takes its flags in memory, where no filter sees them; as it "does not exist", the C
 * library falls back to clone, whose flags are an argument.
 */
/**
 * The system calls of a process: while it starts, and once it runs what its author wrote.
 *
 * @param start from before the program is executed
 * @param run from before the first line of foreign code, on top of the other
 */
public record SystemCalls(SystemCallPolicy start, SystemCallPolicy run) {
  /** CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID and CHILD_CLEARTID. */
  private static final long THREAD_FLAGS = 0x3d0f00;

  /** CLONE_VM, CLONE_VFORK and SIGCHLD. */
  private static final long SPAWN_FLAGS = 0x4111;

  private static final int PR_SET_NAME = 15;
  private static final int PR_CAPBSET_READ = 23;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int PR_SET_VMA = 0x53564d41;

  private static final String MEMORY_THREADS_TIME =
      """
      mmap munmap mprotect mremap madvise brk mincore futex set_robust_list get_robust_list rseq
      set_tid_address membarrier gettid getpid sched_yield sched_getaffinity getcpu exit exit_group
      clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday getrusage restart_syscall
      rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend sigaltstack pread64 getrandom""";

  private static final String STARTING =
      """
      execve read write readv writev close close_range lseek open openat access faccessat faccessat2
      readlink readlinkat stat lstat fstat newfstatat statx statfs fstatfs getdents64 getcwd chdir
      fchdir fcntl dup dup2 dup3 pipe2 poll ppoll select pselect6 ioctl uname sysinfo getrlimit
      getuid geteuid getgid getegid getgroups getppid getpgrp getpgid getsid setsid setpgid
      arch_prctl capget getpriority sched_getparam sched_getscheduler sched_get_priority_max
      sched_get_priority_min tgkill wait4 waitid fadvise64 times umask""";

  private static final SystemCallPolicy RUN = policy(runRules(), CallAction.EPERM);

  /** What {@code untrusted} allows: a JVM that computes, and nothing else. */
  public static final SystemCalls UNTRUSTED =
      new SystemCalls(policy(startRules(), CallAction.EPERM), RUN);

  /** The same with more calls allowed at the end, of those the start allows. */
  SystemCalls plus(String calls) {
    List<CallRule> rules = new ArrayList<>(run.rules());
    names(calls).forEach(call -> rules.add(CallRule.allow(call)));
    return new SystemCalls(start, new SystemCallPolicy(rules, run.denied(), run.otherwise()));
  }

  /** The same with the final policy changed. */
  SystemCalls withRun(UnaryOperator<SystemCallPolicy> change) {
    return new SystemCalls(start, change.apply(run));
  }

  private static List<CallRule> runRules() {
    List<CallRule> rules = new ArrayList<>();
    names(MEMORY_THREADS_TIME).forEach(call -> rules.add(CallRule.allow(call)));
    rules.add(CallRule.allow("read", ArgumentTest.is(0, 0)));
    rules.add(CallRule.allow("write", ArgumentTest.atMost(0, 2)));
    rules.add(CallRule.allow("clone", ArgumentTest.is(0, THREAD_FLAGS)));
    rules.add(CallRule.allow("prctl", ArgumentTest.is(0, PR_SET_NAME)));
    rules.add(CallRule.allow("prctl", ArgumentTest.is(0, PR_SET_VMA)));
    rules.add(new CallRule("clone3", List.of(), CallAction.ENOSYS));
    return rules;
  }

  private static List<CallRule> startRules() {
    List<CallRule> rules = new ArrayList<>();
    names(MEMORY_THREADS_TIME + " " + STARTING).forEach(call -> rules.add(CallRule.allow(call)));
    rules.add(CallRule.allow("clone", ArgumentTest.is(0, THREAD_FLAGS)));
    rules.add(CallRule.allow("clone", ArgumentTest.is(0, SPAWN_FLAGS)));
    for (int operation :
        new int[] {PR_SET_NAME, PR_CAPBSET_READ, PR_SET_NO_NEW_PRIVS, PR_SET_VMA}) {
      rules.add(CallRule.allow("prctl", ArgumentTest.is(0, operation)));
    }
    // The second filter: SECCOMP_SET_MODE_FILTER.
    rules.add(CallRule.allow("seccomp", ArgumentTest.is(0, 1)));
    // Limits are read, not set: no new limit is given.
    rules.add(CallRule.allow("prlimit64", ArgumentTest.is(2, 0)));
    rules.add(new CallRule("clone3", List.of(), CallAction.ENOSYS));
    return rules;
  }

  private static SystemCallPolicy policy(List<CallRule> rules, CallAction denial) {
    Set<String> allowed = Set.copyOf(rules.stream().map(CallRule::call).toList());
    Map<CallCategory, CallAction> denied = new EnumMap<>(CallCategory.class);
    for (CallCategory category : CallCategory.values()) {
      if (category.calls().stream().noneMatch(allowed::contains)) {
        denied.put(category, denial);
      }
    }
    return new SystemCallPolicy(rules, denied, denial);
  }

  private static List<String> names(String calls) {
    return Arrays.asList(calls.strip().split("\\s+"));
  }
}
