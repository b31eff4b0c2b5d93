package dev.sextant.udf.worker;

import dev.sextant.udf.AuditSink;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.SystemCallPolicy;
import dev.sextant.udf.linux.CallListener;
import dev.sextant.udf.linux.CallWatch;
import dev.sextant.udf.linux.Capabilities;
import dev.sextant.udf.linux.ChildProcess;
import dev.sextant.udf.linux.ChildProcess.Resource;
import dev.sextant.udf.linux.Kernel;
import dev.sextant.udf.linux.NativeException;
import dev.sextant.udf.linux.Peer;
import dev.sextant.udf.linux.Spawner;
import dev.sextant.udf.seccomp.FilterCompiler;
import dev.sextant.udf.seccomp.FilterProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Starts the JVMs that workers are. Any thread may use it. */
final class WorkerLauncher implements AutoCloseable {
  /** The C library and what Java's launcher is linked with, as the process map names them. */
  private static final Pattern LIBRARY =
      Pattern.compile(
          ".*\\s(/\\S*/(?:ld|lib(?:c|m|dl|rt|pthread|z|stdc\\+\\+|gcc_s))(?:-[^/]*)?\\.so[^/]*)$");

  /** Seconds of processor time after which an orphan ends; workers retire long before. */
  private static final long CPU_SECONDS = 1200;

  private static final long FILES = 64;

  /** Addresses that a JVM reserves beside its heap. */
  private static final long JVM_ADDRESS_BYTES = 4L << 30;

  private static final long STACK_BYTES_PER_CALL = 1024;
  private static final long STACK_BYTES = 512 << 10;

  private final WorkerConfig config;
  private final Kernel kernel;
  private final Spawner spawner;
  private final Capabilities capabilities;
  private final List<Path> readable;
  private final String classPath;
  private final Path directory;
  private final Optional<CallWatch> watch;

  /**
   * A launcher on a host that can start processes.
   *
   * @throws NativeException where the C library cannot
   */
  WorkerLauncher(WorkerConfig config, Kernel kernel, Capabilities capabilities) {
    this.config = config;
    this.kernel = kernel;
    this.capabilities = capabilities;
    this.spawner = new Spawner(kernel);
    this.watch =
        config.listen() && capabilities.row("seccomp_notify").available()
            ? Optional.of(new CallWatch(kernel))
            : Optional.empty();
    try {
      Set<Path> allowed = new LinkedHashSet<>();
      Path home = config.java().toRealPath().resolve("../..").normalize();
      allowed.add(home);
      allowed.add(home.resolve("conf").toRealPath());
      allowed.addAll(EngineClasses.classPath());
      allowed.addAll(libraries());
      readable = new ArrayList<>(allowed);
      directory = Files.createTempDirectory("sextant-worker");
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    classPath =
        EngineClasses.classPath().stream().map(Path::toString).collect(Collectors.joining(":"));
  }

  private static Set<Path> libraries() throws IOException {
    Set<Path> libraries = new LinkedHashSet<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      Matcher matcher = LIBRARY.matcher(line);
      if (matcher.matches() && Files.exists(Path.of(matcher.group(1)))) {
        libraries.add(Path.of(matcher.group(1)));
      }
    }
    return libraries;
  }

  Kernel kernel() {
    return kernel;
  }

  WorkerConfig config() {
    return config;
  }

  /** What a process has to know to confine itself further; no filter where there are none. */
  void writeSecondFilter(FrameOutput frame, SandboxProfile profile) {
    boolean filtered = capabilities.row("seccomp").available();
    byte[] filter = filtered ? compiled(profile.systemCalls().run()).toBytes() : new byte[0];
    frame.putByte(watch.isPresent() ? 1 : 0).putBytes(filter);
  }

  /** A program that reports, if somebody listens; without a listener such calls do not exist. */
  private FilterProgram compiled(SystemCallPolicy policy) {
    return FilterCompiler.compile(
        watch.isPresent() ? policy.reporting() : policy, kernel.architecture());
  }

  /** Listens to a process that got a listener for its filter. */
  void listen(Peer process, SandboxProfile profile, int listener) {
    if (watch.isPresent() && listener >= 0) {
      try {
        watch
            .get()
            .add(
                CallListener.of(kernel, process.number(), listener),
                refused -> config.audit().add(audit(profile, process, refused)));
      } catch (NativeException gone) {
        // Whoever talks to the process will see that it ended.
        process.kill();
      }
    }
  }

  private static AuditSink.Audit audit(
      SandboxProfile profile, Peer process, CallListener.Refused refused) {
    String detail =
        "process %d, thread %d: %s%s"
            .formatted(process.number(), refused.process(), refused.call(), refused.arguments());
    return new AuditSink.Audit(profile.name(), "", AuditSink.Event.DENIED_CALL, detail);
  }

  /** Starts a program of this module on a JVM, in the sandbox of a profile. */
  ChildProcess start(SandboxProfile profile, String main, List<String> arguments) {
    boolean filtered = capabilities.row("seccomp").available();
    boolean landlocked = capabilities.row("landlock").available();
    var request =
        new Spawner.Request(
            command(profile, main, arguments),
            directory,
            filtered ? Optional.of(compiled(profile.systemCalls().start())) : Optional.empty(),
            landlocked ? Optional.of(readable) : Optional.empty());
    ChildProcess child = spawner.start(request);
    limit(child, profile);
    return child;
  }

  /** The same without a sandbox, for comparison. */
  ChildProcess startFree(SandboxProfile profile, String main, List<String> arguments) {
    return spawner.start(
        new Spawner.Request(
            command(profile, main, arguments), directory, Optional.empty(), Optional.empty()));
  }

  private static void limit(ChildProcess child, SandboxProfile profile) {
    child.limit(Resource.CPU, CPU_SECONDS);
    child.limit(Resource.CORE, 0);
    child.limit(Resource.FILE_SIZE, 0);
    child.limit(Resource.FILES, FILES);
    child.limit(Resource.LOCKED, 0);
    child.limit(Resource.QUEUES, 0);
    child.limit(Resource.ADDRESSES, profile.limits().memoryBytes() + JVM_ADDRESS_BYTES);
  }

  /** The arguments of a worker: bytes of its stack. */
  static List<String> workerArguments(SandboxProfile profile) {
    long stack = STACK_BYTES + profile.limits().stackDepth() * STACK_BYTES_PER_CALL;
    return List.of(Long.toString(stack));
  }

  private List<String> command(SandboxProfile profile, String main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(config.java().toString());
    command.addAll(
        List.of(
            "-Xmx" + profile.limits().memoryBytes(),
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+DisplayVMOutputToStderr",
            "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+DisableAttachMechanism",
            "-XX:-UseContainerSupport",
            "-XX:MaxMetaspaceSize=96m",
            "-XX:CompressedClassSpaceSize=32m",
            "-XX:ReservedCodeCacheSize=48m",
            "-XX:MaxDirectMemorySize=1m",
            "-XX:ErrorFile=/dev/null",
            "-Xshare:auto",
            "-Xlog:disable",
            "-Duser.timezone=UTC",
            "-Duser.language=en",
            "-Duser.country=US",
            "-Dfile.encoding=UTF-8",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            main));
    command.addAll(arguments);
    return command;
  }

  @Override
  public void close() {
    watch.ifPresent(CallWatch::close);
    try {
      Files.deleteIfExists(directory);
    } catch (IOException notEmpty) {
      throw new UncheckedIOException(notEmpty);
    }
  }
}
