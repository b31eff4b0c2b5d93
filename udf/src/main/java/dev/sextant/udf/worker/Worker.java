package dev.sextant.udf.worker;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.linux.Descriptor;
import dev.sextant.udf.linux.NativeException;
import dev.sextant.udf.linux.Peer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/*
 * Whoever calls does all of it: he writes the request, waits for the reply, and kills the process
 * once the time is over or he is interrupted. There are no threads and no timers beside the caller.
 */
/** A process that runs functions, one call at a time. */
final class Worker implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  /** How long an interrupt may go unseen. */
  private static final int SLICE_MILLIS = 20;

  /** How long a process may take to end, once it closed its pipes. */
  private static final int STATUS_OUT_OF_MEMORY = 3;

  private static final int STATUS_SIGSYS = 128 + 31;
  private static final int STATUS_SIGKILL = 128 + 9;

  private final SandboxProfile profile;
  private final WorkerConfig config;
  private final Peer process;
  private final ReentrantLock lock = new ReentrantLock();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
  private final FrameOutput request = new FrameOutput();
  private final byte[] header = new byte[Frame.HEADER_BYTES];
  private byte[] payload = new byte[4096];
  private int sequence;
  private int functions;
  private boolean ready;
  private volatile boolean dead;
  private Duration busy = Duration.ZERO;
  private String function = "";
  private IntConsumer listening = listener -> {};

  /** Starts a process; it gets itself ready while nobody waits. */
  static Worker start(WorkerLauncher launcher, SandboxProfile profile) {
    Peer process = process(launcher, profile);
    Worker worker =
        new Worker(
            launcher.config(),
            profile,
            process,
            frame -> launcher.writeSecondFilter(frame, profile));
    worker.listening = listener -> launcher.listen(process, profile, listener);
    return worker;
  }

  private static Peer process(WorkerLauncher launcher, SandboxProfile profile) {
    try {
      return launcher.start(
          profile, WorkerMain.class.getName(), WorkerLauncher.workerArguments(profile));
    } catch (NativeException refused) {
      throw new UdfException(
          Failure.WORKER,
          "A worker of profile \"%s\" cannot be started on %s: %s."
              .formatted(profile.name(), launcher.config().java(), refused.getMessage()),
          refused);
    }
  }

  /** A worker at the other end of two pipes, which is told its second filter. */
  Worker(WorkerConfig config, SandboxProfile profile, Peer process, Consumer<FrameOutput> start) {
    this.profile = profile;
    this.config = config;
    this.process = process;
    start.accept(request.start(Frame.START, sequence));
    request.end();
    try {
      send(config.clock().instant().plus(WorkerConfig.START_TIME));
    } catch (UdfException failure) {
      close();
      throw failure;
    }
  }

  /** Its process's number. */
  int processNumber() {
    return process.number();
  }

  /** Which function runs, for those who ask what became of it. */
  void runs(String name) {
    function = name;
  }

  /** Ends the process, whatever it does and whoever waits for it. */
  void end() {
    process.kill();
    close();
  }

  /** Held while a request and its reply travel. */
  ReentrantLock lock() {
    return lock;
  }

  /** Whether nobody can use it any more. */
  boolean isDead() {
    return dead;
  }

  /** Closes it if its process ended, or talks, while nobody asked it anything. */
  void closeIfGone() {
    if (!dead && ready && lock.tryLock()) {
      try {
        if (process.output().await(Descriptor.READABLE, 0)) {
          audit(AuditSink.Event.DEATH, "process " + process.number() + " ended while it was idle");
          close();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** How long it has been running functions. */
  Duration busy() {
    return busy;
  }

  /** Waits until it is ready, if it is not. */
  void requireReady() {
    if (!ready) {
      FrameInput.Header reply = firstReply();
      if (reply.type() != Frame.READY || reply.length() != Integer.BYTES) {
        throw broken("a first reply of type " + reply.type());
      }
      listening.accept(new FrameInput(payload, Integer.BYTES).getInt());
      ready = true;
    }
  }

  private FrameInput.Header firstReply() {
    try {
      Instant deadline = config.clock().instant().plus(WorkerConfig.START_TIME);
      return receive(deadline, Frame.HEADER_BYTES);
    } catch (UdfException failure) {
      if (failure.failure() != Failure.TIME) {
        throw failure;
      }
      throw new UdfException(
          Failure.WORKER,
          "A worker of profile \"%s\" was not ready within %d s."
              .formatted(profile.name(), WorkerConfig.START_TIME.toSeconds()),
          failure);
    }
  }

  /** A number for one more function. */
  int newNumber() {
    return functions++;
  }

  /** A request to be filled in. */
  FrameOutput request(byte type) {
    return request.start(type, ++sequence);
  }

  /**
   * A reply.
   *
   * @param type of the frame
   * @param payload what it says
   */
  record Reply(byte type, FrameInput payload) {}

  /**
   * Sends the request and waits for its reply.
   *
   * @param time how long both may take
   * @param mostBytes of the reply
   * @throws UdfException TIME, CANCELLED, OUTPUT or what ended the process; the worker is dead then
   */
  Reply exchange(Duration time, int mostBytes) {
    Instant start = config.clock().instant();
    Instant deadline = start.plus(time);
    send(deadline);
    FrameInput.Header reply = receive(deadline, mostBytes);
    busy = busy.plus(Duration.between(start, config.clock().instant()));
    return new Reply(reply.type(), new FrameInput(payload, reply.length()));
  }

  /** A reply that no worker gives. It is not to be trusted any more. */
  UdfException broken(String what) {
    kill("answered with " + what);
    return new UdfException(
            Failure.WORKER, "The worker answered with " + what + " and was ended. Try again.")
        .told();
  }

  private void send(Instant deadline) {
    byte[] bytes = request.bytes();
    int sent = 0;
    while (sent < request.size()) {
      int count = Math.min(BUFFER_BYTES, request.size() - sent);
      MemorySegment.copy(bytes, sent, buffer, JAVA_BYTE, 0, count);
      int written = write(buffer.asSlice(0, count));
      sent += written;
      if (written == 0) {
        await(process.input(), Descriptor.WRITABLE, deadline);
      }
    }
  }

  private int write(MemorySegment source) {
    try {
      return process.input().write(source);
    } catch (NativeException gone) {
      throw died();
    }
  }

  private FrameInput.Header receive(Instant deadline, int mostBytes) {
    read(header, header.length, deadline);
    try {
      FrameInput.Header reply = FrameInput.Header.read(header, Frame.MAX_BYTES);
      if (reply.length() > mostBytes) {
        throw tooLarge(reply.length());
      }
      if (reply.sequence() != sequence) {
        throw new FrameException("a reply to another request");
      }
      if (payload.length < reply.length()) {
        payload = new byte[Math.max(reply.length(), 2 * payload.length)];
      }
      read(payload, reply.length(), deadline);
      return reply;
    } catch (FrameException wrong) {
      throw broken(String.valueOf(wrong.getMessage()));
    }
  }

  private UdfException tooLarge(int length) {
    kill("answered with a frame of " + length + " bytes");
    return new UdfException(
            Failure.OUTPUT,
            "The results of a batch take more than the %d bytes that profile \"%s\" allows."
                .formatted(profile.limits().outputBytes(), profile.name()))
        .told();
  }

  private void read(byte[] target, int length, Instant deadline) {
    int done = 0;
    while (done < length) {
      int wanted = Math.min(BUFFER_BYTES, length - done);
      int count = process.output().read(buffer.asSlice(0, wanted));
      if (count < 0) {
        throw died();
      }
      MemorySegment.copy(buffer, JAVA_BYTE, 0, target, done, count);
      done += count;
      if (count == 0) {
        await(process.output(), Descriptor.READABLE, deadline);
      }
    }
  }

  private void await(Descriptor descriptor, short events, Instant deadline) {
    boolean waiting = true;
    while (waiting) {
      if (Thread.currentThread().isInterrupted()) {
        kill("the statement was cancelled");
        throw new UdfException(Failure.CANCELLED, "The statement was cancelled.");
      }
      long left = Duration.between(config.clock().instant(), deadline).toMillis();
      if (left <= 0) {
        kill("its time was over");
        throw new UdfException(
                Failure.TIME,
                "The function took longer than the %d ms that profile \"%s\" allows."
                    .formatted(profile.limits().wallTime().toMillis(), profile.name()))
            .told();
      }
      waiting = !descriptor.await(events, (int) Math.min(left, SLICE_MILLIS));
    }
  }

  /** What ended the process, which closed its pipes. */
  private UdfException died() {
    process.kill();
    int status = process.await();
    close();
    String what = "The worker of profile \"" + profile.name() + "\" ";
    UdfException failure =
        switch (status) {
          case STATUS_OUT_OF_MEMORY ->
              new UdfException(
                  Failure.MEMORY,
                  what
                      + "needed more memory than the "
                      + profile.limits().memoryBytes()
                      + " bytes it may have.");
          case STATUS_SIGSYS ->
              new UdfException(Failure.DENIED, what + "made a system call that it is ended for.");
          case STATUS_SIGKILL -> new UdfException(Failure.WORKER, what + "was ended from outside.");
          default ->
              new UdfException(
                  Failure.WORKER, what + "ended by itself with status " + status + ".");
        };
    audit(AuditSink.Event.DEATH, String.valueOf(failure.getMessage()));
    return failure.told();
  }

  private void kill(String why) {
    if (!dead) {
      audit(AuditSink.Event.KILL, "process " + process.number() + ": " + why);
    }
    close();
  }

  private void audit(AuditSink.Event event, String detail) {
    config.audit().add(new AuditSink.Audit(profile.name(), function, event, detail));
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!dead) {
        dead = true;
        process.close();
        arena.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
