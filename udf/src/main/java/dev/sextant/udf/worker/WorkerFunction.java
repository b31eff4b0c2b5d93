package dev.sextant.udf.worker;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Limits;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A function that runs in workers. */
final class WorkerFunction implements FunctionRuntime.Prepared {
  /** Beside the columns of a reply. */
  private static final int REPLY_BYTES = Frame.MAX_MESSAGE_BYTES + 64;

  /** What leads out of the engines of others, and is not there. */
  private static final Pattern WAY_OUT =
      Pattern.compile(
          ".*\"(java|javax|Packages|org|com|edu|net|getClass|JavaAdapter|JavaImporter|importClass|"
              + "importPackage|require|process|fetch|XMLHttpRequest|load|quit|Deno)\""
              + " is not defined.*");

  private final FunctionDefinition function;
  private final WorkerPool pool;
  private final Quarantine quarantine;
  private final WorkerConfig config;
  private final Task task;

  WorkerFunction(
      FunctionDefinition function, WorkerPool pool, Quarantine quarantine, WorkerConfig config) {
    this.function = function;
    this.pool = pool;
    this.quarantine = quarantine;
    this.config = config;
    this.task = Task.of(function);
  }

  @Override
  public FunctionRuntime.Instance open() {
    quarantine.require(function);
    Opened instance = new Opened();
    instance.place();
    return instance;
  }

  @Override
  public void close() {
    // Scripts are forgotten by workers one after the other.
  }

  private Limits limits() {
    return function.profile().limits();
  }

  /** One statement's function. */
  private final class Opened implements FunctionRuntime.Instance {
    private int number;
    private Optional<Worker> worker = Optional.empty();
    private boolean failed;

    /** Puts the function into a worker. */
    private Worker place() {
      Worker taken = pool.take();
      worker = Optional.of(taken);
      taken.lock().lock();
      try {
        taken.requireReady();
        number = taken.newNumber();
        FrameOutput request = taken.request(Frame.OPEN).putInt(number);
        task.write(request);
        request.end();
        Worker.Reply reply = exchange(taken, REPLY_BYTES);
        if (reply.type() != Frame.DONE) {
          throw taken.broken("a frame of type " + reply.type());
        }
        reply.payload().getLong();
        reply.payload().end();
        return taken;
      } catch (UdfException failure) {
        failed = true;
        release();
        throw failure;
      } catch (FrameException wrong) {
        failed = true;
        release();
        throw lost(taken.broken(String.valueOf(wrong.getMessage())));
      } finally {
        taken.lock().unlock();
      }
    }

    @Override
    public void call(List<Column> arguments, int rows, Column result) {
      if (failed) {
        throw new IllegalStateException("The instance failed before; close it.");
      }
      if (rows < 1 || rows > limits().batchRows()) {
        throw new IllegalArgumentException("A batch of " + rows + " rows.");
      }
      // Another function may have ended the worker that both were in.
      Worker current = worker.filter(known -> !known.isDead()).orElseGet(this::replace);
      failed = true;
      current.lock().lock();
      try {
        call(current, new Batch(arguments, rows, result));
        quarantine.succeeded(function);
        failed = false;
      } catch (FrameException wrong) {
        throw lost(current.broken(String.valueOf(wrong.getMessage())));
      } finally {
        current.lock().unlock();
      }
    }

    private Worker replace() {
      release();
      return place();
    }

    private void call(Worker current, Batch batch) {
      FrameOutput request = current.request(Frame.CALL).putInt(number).putInt(batch.rows());
      for (Column argument : batch.arguments()) {
        request.putColumn(argument, batch.rows());
      }
      request.end();
      long most = limits().outputBytes() + 13L * batch.rows() + REPLY_BYTES;
      Worker.Reply reply = exchange(current, (int) Math.min(most, Frame.MAX_BYTES));
      if (reply.type() != Frame.RESULT) {
        throw current.broken("a frame of type " + reply.type());
      }
      reply.payload().getLong();
      reply.payload().getColumn(batch.result(), batch.rows());
      reply.payload().end();
      if (batch.result().byteSize() > limits().outputBytes()) {
        throw named(Failure.OUTPUT, "the results of a batch are larger than allowed");
      }
    }

    /** Sends what was written; a reply that says the function failed becomes an exception. */
    private Worker.Reply exchange(Worker current, int mostBytes) {
      current.runs(function.signature());
      Worker.Reply reply;
      try {
        reply = current.exchange(limits().wallTime(), mostBytes);
      } catch (UdfException failure) {
        throw lost(failure);
      }
      if (reply.type() == Frame.FAILED) {
        FrameInput payload = reply.payload();
        Failure failure = Frame.constant(Failure.values(), payload.getByte());
        payload.getLong();
        String message = payload.getText();
        payload.end();
        throw named(failure, clean(message));
      }
      return reply;
    }

    /** A failure that cost the worker. */
    private UdfException lost(UdfException failure) {
      if (failure.failure() != Failure.CANCELLED) {
        quarantine.killed(function);
      }
      return failure;
    }

    private UdfException named(Failure failure, String message) {
      AuditSink.Event event =
          switch (failure) {
            case FUEL, STACK, OUTPUT, MEMORY, TIME -> AuditSink.Event.LIMIT;
            default ->
                WAY_OUT.matcher(message).matches()
                    ? AuditSink.Event.DENIED_BY_LANGUAGE
                    : AuditSink.Event.TRAP;
          };
      String profile = function.profile().name();
      config.audit().add(new AuditSink.Audit(profile, function.signature(), event, message));
      return new UdfException(failure, "Function " + function.signature() + ": " + message + ".")
          .told();
    }

    private void release() {
      worker.ifPresent(pool::release);
      worker = Optional.empty();
    }

    @Override
    public void close() {
      Optional<Worker> known = worker.filter(taken -> !taken.isDead());
      if (known.isPresent()) {
        forget(known.get());
      }
      release();
    }

    private void forget(Worker taken) {
      taken.lock().lock();
      try {
        if (!taken.isDead()) {
          taken.request(Frame.CLOSE).putInt(number).end();
          Worker.Reply reply = exchange(taken, REPLY_BYTES);
          if (reply.type() != Frame.DONE) {
            throw taken.broken("a frame of type " + reply.type());
          }
        }
      } catch (UdfException alreadyTold) {
        // The worker is gone, and the function with it.
        release();
      } finally {
        taken.lock().unlock();
      }
    }
  }

  /** One call. */
  private record Batch(List<Column> arguments, int rows, Column result) {}

  /** What foreign code says, on one line and without control characters. */
  private static String clean(String message) {
    StringBuilder text = new StringBuilder();
    message
        .codePoints()
        .limit(500)
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
        .forEach(text::appendCodePoint);
    String cleaned = text.toString().strip();
    return cleaned.endsWith(".") ? cleaned.substring(0, cleaned.length() - 1) : cleaned;
  }
}
