package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which files a thread and its children may read. Everything that the kernel's version can forbid
 * is forbidden, for files as for the network and signals; only reading and executing some is not.
 */
public final class Landlock {
  private static final int EXECUTE = 1;
  private static final int READ_FILE = 1 << 2;
  private static final int READ_DIRECTORY = 1 << 3;
  private static final int O_PATH = 0x200000;
  private static final int VERSION = 1;
  private static final int PATH_BENEATH = 1;

  private Landlock() {}

  /** The version of the interface; negative, the error number, where there is none. */
  public static long version(Kernel kernel) {
    return kernel.tryCall("landlock_create_ruleset", 0, 0, VERSION);
  }

  /**
   * Rules that let some files and folders be read and executed, with all below them.
   *
   * @throws NativeException where the kernel lacks Landlock or a path cannot be opened
   */
  public static Descriptor readOnly(Kernel kernel, List<Path> readable) {
    long version = kernel.call("landlock_create_ruleset", 0, 0, VERSION);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(24, 8);
      attributes.set(JAVA_LONG, 0, files(version));
      attributes.set(JAVA_LONG, 8, version >= 4 ? 3 : 0);
      attributes.set(JAVA_LONG, 16, version >= 6 ? 3 : 0);
      long size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
      Descriptor rules =
          new Descriptor(
              kernel, kernel.call("landlock_create_ruleset", attributes.address(), size, 0));
      try {
        for (Path path : readable) {
          allow(kernel, rules, path);
        }
      } catch (NativeException failure) {
        rules.close();
        throw failure;
      }
      return rules;
    }
  }

  /** The rights on files that a version knows: one bit each. */
  private static long files(long version) {
    int rights = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
    return (1L << rights) - 1;
  }

  private static void allow(Kernel kernel, Descriptor rules, Path path) {
    long rights = EXECUTE | READ_FILE | (Files.isDirectory(path) ? READ_DIRECTORY : 0);
    try (Descriptor place = Descriptor.open(kernel, path.toString(), O_PATH);
        Arena arena = Arena.ofConfined()) {
      MemorySegment rule = arena.allocate(16, 8);
      rule.set(JAVA_LONG, 0, rights);
      rule.set(JAVA_INT, 8, place.number());
      kernel.call("landlock_add_rule", rules.number(), PATH_BENEATH, rule.address(), 0);
    }
  }

  /** Puts this thread under rules; 0 or a negative error number. */
  static long restrict(Kernel kernel, Descriptor rules) {
    return kernel.tryCall("landlock_restrict_self", rules.number(), 0);
  }
}
