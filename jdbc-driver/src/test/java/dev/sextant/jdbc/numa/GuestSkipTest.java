package dev.sextant.jdbc.numa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that cannot boot the guest is told what it lacks, and that is no failure. */
final class GuestSkipTest {
  @TempDir Path programs;
  @TempDir Path work;

  @BeforeEach
  void aMachineThatFits() throws IOException {
    program("uname", "echo Linux x86_64");
  }

  private void program(String name, String body) throws IOException {
    Path file = programs.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Runs the script where there are no programs but the test's. */
  private void assertSkipped(String reason) throws Exception {
    Path script = Path.of("../bin/numa-guest").toAbsolutePath().normalize();
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", script.toString(), "no-jdk", "no-classes", work.toString())
            .redirectErrorStream(true);
    builder.environment().put("PATH", programs.toString());
    builder.environment().remove("SEXTANT_GUEST_KERNEL");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said).startsWith("numa-guest: skipped: ").contains(reason);
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void anotherArchitectureIsNamed() throws Exception {
    program("uname", "echo Linux riscv64");
    assertSkipped("the guest is x86_64, this machine is Linux riscv64");
  }

  @Test
  void whatIsMissingIsNamedWithItsPackage() throws Exception {
    assertSkipped("no qemu-system-x86_64; apt-get install qemu-system-x86");
    program("qemu-system-x86_64", "exit 1");
    assertSkipped("no busybox; apt-get install busybox-static");
    program("busybox", "exit 1");
    program("ldd", "exit 0");
    assertSkipped("busybox is not static; apt-get install busybox-static");
  }

  @Test
  void withoutAKernelItSaysHowToGiveOne() throws Exception {
    program("qemu-system-x86_64", "exit 1");
    program("busybox", "exit 1");
    program("ldd", "exit 1");
    program("mkfs.ext4", "exit 1");
    program("mkdir", "exec /bin/mkdir \"$@\"");
    program("sed", "exec /bin/sed \"$@\"");
    program("head", "exec /usr/bin/head \"$@\"");
    if (kernelIsInstalled()) {
      return;
    }
    assertSkipped("set SEXTANT_GUEST_KERNEL");
  }

  private static boolean kernelIsInstalled() throws IOException {
    if (!Files.isDirectory(Path.of("/boot"))) {
      return false;
    }
    try (var files = Files.newDirectoryStream(Path.of("/boot"), "vmlinuz-*-cloud-amd64")) {
      return files.iterator().hasNext();
    }
  }
}
