package dev.sextant.udf.linux;

import dev.sextant.udf.seccomp.FilterProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * A thread of this process gives up its privileges and its capabilities, puts itself under the
 * rules for files and the filter, and starts the program, which inherits all four. Then the thread
 * ends; the other threads never notice. There is no moment in which the program runs without.
 *
 * All that the thread needs is made before it is restricted: classes are loaded and functions
 * linked by a first run that fails harmlessly, because afterwards it may not open files. It tells
 * its result by memory and a pipe. Nothing else of Java may be touched from it: waking a virtual
 * thread or an executor could make it the parent of a thread that lives on, restricted.
 */
/** Starts programs that are restricted from their first instruction. */
public final class Spawner {
  private static final int START_MILLIS = 10_000;

  private final Kernel kernel;
  private final SpawnLibrary library;

  /**
   * What to start.
   *
   * @param command path and arguments
   * @param directory where it starts
   * @param filter of its system calls; empty for none
   * @param readable files and folders that it may read and execute; empty for no such rules
   */
  public record Request(
      List<String> command,
      Path directory,
      Optional<FilterProgram> filter,
      Optional<List<Path>> readable) {
    /** A request that nobody can change. */
    public Request {
      command = List.copyOf(command);
      readable = readable.map(List::copyOf);
    }
  }

  /**
   * A spawner that has been tried.
   *
   * @throws NativeException where the C library lacks what it needs
   */
  public Spawner(Kernel kernel) {
    this.kernel = kernel;
    this.library = new SpawnLibrary();
    try (Arena arena = Arena.ofShared();
        Descriptor nothing = Descriptor.open(kernel, "/dev/null", 2)) {
      SpawnLibrary.Prepared program =
          library.prepare(
              arena, List.of("/dev/null/no-such-program"), List.of(nothing, nothing, nothing), "/");
      try (program) {
        RestrictedStart.rehearse(kernel, program, nothing);
      }
    }
  }

  /**
   * Starts a program with pipes at 0 and 1, and nothing behind 2.
   *
   * @throws NativeException with the step that the kernel refused
   */
  public ChildProcess start(Request request) {
    List<Descriptor> opened = new ArrayList<>();
    try {
      Descriptor[] toChild = Descriptor.pipe(kernel);
      opened.addAll(List.of(toChild));
      Descriptor[] fromChild = Descriptor.pipe(kernel);
      opened.addAll(List.of(fromChild));
      Descriptor nothing = Descriptor.open(kernel, "/dev/null", 1);
      opened.add(nothing);
      // The child's ends keep waiting; ours do not.
      toChild[1].stopWaiting();
      fromChild[0].stopWaiting();
      int process = start(request, List.of(toChild[0], fromChild[1], nothing));
      opened.removeAll(List.of(toChild[1], fromChild[0]));
      return new ChildProcess(kernel, process, toChild[1], fromChild[0]);
    } finally {
      opened.forEach(Descriptor::close);
    }
  }

  private int start(Request request, List<Descriptor> descriptors) {
    Descriptor[] signal = Descriptor.pipe(kernel);
    Optional<Descriptor> rules = Optional.empty();
    try (Arena arena = Arena.ofShared()) {
      rules = request.readable().map(paths -> Landlock.readOnly(kernel, paths));
      MemorySegment filter =
          request
              .filter()
              .map(program -> Seccomp.program(arena, program.toBytes()))
              .orElse(MemorySegment.NULL);
      String directory = request.directory().toString();
      try (var program = library.prepare(arena, request.command(), descriptors, directory)) {
        RestrictedStart work = new RestrictedStart(kernel, program, signal[1]);
        work.restrict(filter, rules);
        Thread thread = Thread.ofPlatform().name("sextant-spawner").daemon().unstarted(work);
        thread.start();
        boolean done = signal[0].await(Descriptor.READABLE, START_MILLIS);
        awaitEnd(thread);
        if (!done || work.error() != 0) {
          throw new NativeException("Starting a process: " + work.step(), work.error());
        }
        return program.processNumber();
      }
    } finally {
      rules.ifPresent(Descriptor::close);
      signal[0].close();
      signal[1].close();
    }
  }

  /** Waits for the thread's end, without asking it to wake anybody. */
  private void awaitEnd(Thread thread) {
    while (thread.isAlive()) {
      kernel.tryCall("sched_yield");
    }
  }
}
