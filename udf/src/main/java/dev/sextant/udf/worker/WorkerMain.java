package dev.sextant.udf.worker;

import dev.sextant.udf.linux.Kernel;
import dev.sextant.udf.linux.Seccomp;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The program that a worker is. It reads requests from its standard input and writes replies to its
 * standard output, and ends when there are no more requests. Before it reads anything foreign, it
 * loads all it will need and gives up every right but computing.
 */
public final class WorkerMain {
  private static final int STATUS_NO_FILTER = 71;
  private static final int STATUS_PROTOCOL = 72;

  private final InputStream in = new FileInputStream(FileDescriptor.in);
  private final OutputStream out = new FileOutputStream(FileDescriptor.out);
  private final byte[] header = new byte[Frame.HEADER_BYTES];
  private byte[] payload = new byte[4096];
  private int status;

  private WorkerMain() {}

  /** Runs until the input ends. */
  public static void main(String[] args) throws InterruptedException {
    // Standard output is for frames; whatever a library has to say is not one.
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    WorkerMain worker = new WorkerMain();
    long stackBytes = Long.parseLong(args[0]);
    Thread thread = new Thread(null, worker::serve, "sextant-script", stackBytes);
    thread.start();
    thread.join();
    Runtime.getRuntime().halt(worker.status);
  }

  private void serve() {
    try {
      ScriptService service = new ScriptService();
      FrameInput.Header first = readHeader();
      if (first == null || first.type() != Frame.START) {
        status = STATUS_PROTOCOL;
        return;
      }
      FrameInput start = readPayload(first);
      service.warmUp();
      int listener = confine(start);
      write(service.ready(first.sequence(), listener));
      for (FrameInput.Header next = readHeader(); next != null; next = readHeader()) {
        write(service.reply(next, readPayload(next)));
      }
    } catch (IOException | FrameException broken) {
      status = STATUS_PROTOCOL;
    }
  }

  /**
   * Takes the second filter, for all threads, or ends the process.
   *
   * @param start whether somebody listens, and the filter
   * @return the number of the filter's listener; -1 without
   */
  static int confine(FrameInput start) {
    boolean listens = start.getByte() == 1;
    byte[] filter = start.getBytes();
    start.end();
    if (filter.length == 0) {
      return -1;
    }
    Kernel kernel = Kernel.find().orElseThrow();
    int everywhere = Seccomp.ALL_THREADS | Seccomp.ALL_OR_ERROR;
    try (Arena arena = Arena.ofConfined()) {
      int flags = listens ? everywhere | Seccomp.LISTENER : everywhere;
      long listener =
          Seccomp.giveUpPrivileges(kernel) == 0
              ? Seccomp.install(kernel, Seccomp.program(arena, filter), flags)
              : -1;
      if (listener < 0) {
        Runtime.getRuntime().halt(STATUS_NO_FILTER);
      }
      return listens ? (int) listener : -1;
    }
  }

  private FrameInput.@Nullable Header readHeader() throws IOException {
    int count = in.readNBytes(header, 0, header.length);
    return count < header.length ? null : FrameInput.Header.read(header, Frame.MAX_BYTES);
  }

  private FrameInput readPayload(FrameInput.Header of) throws IOException {
    if (payload.length < of.length()) {
      payload = Arrays.copyOf(payload, of.length());
    }
    if (in.readNBytes(payload, 0, of.length()) < of.length()) {
      throw new IOException("The database is gone.");
    }
    return new FrameInput(payload, of.length());
  }

  private void write(FrameOutput frame) throws IOException {
    out.write(frame.bytes(), 0, frame.size());
  }
}
