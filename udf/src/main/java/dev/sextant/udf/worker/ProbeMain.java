package dev.sextant.udf.worker;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.sextant.udf.linux.Kernel;
import dev.sextant.udf.seccomp.Architecture;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

/**
 * A program that tries to get out of its sandbox and writes what the kernel said, a line for each
 * attempt: the stage, the name and the number, separated by tabs. Its arguments are what to try
 * (calls, x32 or i386), whether it is in a sandbox, a folder and its parent's number. On its
 * standard input comes the second filter, as a worker gets it.
 */
public final class ProbeMain {
  /** What has other numbers: the x32 and i386 ways to ask for the process's number. */
  private static final int X32_GETPID = 0x40000000 | 39;

  /** push rbx; mov eax, 20; int 0x80; pop rbx; ret. */
  private static final byte[] I386_GETPID = {
    0x53, (byte) 0xb8, 20, 0, 0, 0, (byte) 0xcd, (byte) 0x80, 0x5b, (byte) 0xc3
  };

  /** The name under which the listener's number is told. */
  static final String LISTENER = "listener";

  private final Kernel kernel;
  private final OutputStream out = new FileOutputStream(FileDescriptor.out);

  private ProbeMain(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Tries. */
  public static void main(String[] args) throws IOException {
    ProbeMain probe = new ProbeMain(Kernel.find().orElseThrow());
    boolean confined = args[1].equals("confined");
    try (Arena arena = Arena.ofConfined()) {
      switch (args[0]) {
        case "calls" -> probe.calls(arena, confined, args);
        case "x32" -> {
          probe.confine(confined);
          probe.tell("run", "x32", probe.kernel.tryNumber(X32_GETPID));
        }
        default -> {
          // Made and linked before, so that nothing but the instruction is left.
          var code = i386(probe.kernel);
          probe.confine(confined);
          probe.tell("run", "i386", code.getAsInt());
        }
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private void calls(Arena arena, boolean confined, String[] args) throws IOException {
    var probes = Probe.all(arena, args[2], Long.parseLong(args[3]));
    for (Probe probe : probes) {
      if (!confined || probe.stage() == Probe.Stage.START) {
        attempt("start", probe, confined);
      }
    }
    if (confined) {
      confine(true);
      for (Probe probe : probes) {
        attempt("run", probe, true);
      }
    }
  }

  private void attempt(String stage, Probe probe, boolean confined) throws IOException {
    var arguments = confined ? probe.arguments() : probe.control();
    long parent = confined ? ownNumber() : 0;
    long result = kernel.tryCall(probe.call(), arguments.toArray());
    if (confined && result == 0 && ownNumber() != parent) {
      // This is the fork that should not be.
      Runtime.getRuntime().halt(0);
    }
    tell(stage, probe.name(), result);
  }

  private long ownNumber() {
    return kernel.tryCall("getpid");
  }

  private void tell(String stage, String name, long result) throws IOException {
    out.write((stage + "\t" + name + "\t" + result + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Takes the second filter, as a worker does. */
  private void confine(boolean confined) throws IOException {
    if (!confined) {
      return;
    }
    InputStream in = new FileInputStream(FileDescriptor.in);
    var header = FrameInput.Header.read(in.readNBytes(Frame.HEADER_BYTES), Frame.MAX_BYTES);
    byte[] payload = in.readNBytes(header.length());
    FrameInput start = new FrameInput(payload, payload.length);
    // Loads what telling and the getpid call need.
    tell("confine", "getpid", ownNumber());
    tell("confine", LISTENER, WorkerMain.confine(start));
  }

  @SuppressWarnings("restricted") // Code of another architecture cannot be had otherwise.
  private static IntSupplier i386(Kernel kernel) {
    if (kernel.architecture() != Architecture.X86_64) {
      return () -> -38;
    }
    int readWriteExecute = 7;
    int privateAnonymous = 0x22;
    long address = kernel.call("mmap", 0, 4096, readWriteExecute, privateAnonymous, -1, 0);
    MemorySegment code = MemorySegment.ofAddress(address).reinterpret(4096);
    MemorySegment.copy(I386_GETPID, 0, code, JAVA_BYTE, 0, I386_GETPID.length);
    var handle = Linker.nativeLinker().downcallHandle(code, FunctionDescriptor.of(JAVA_INT));
    return () -> {
      try {
        return (int) handle.invokeExact();
      } catch (Throwable impossible) {
        throw new IllegalStateException(impossible);
      }
    };
  }
}
