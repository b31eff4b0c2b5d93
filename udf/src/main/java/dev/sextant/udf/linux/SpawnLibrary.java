package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;

/*
 * Not java.lang.ProcessBuilder: its start makes threads, the reapers, which inherit what the
 * calling thread is forbidden and then serve other processes of the host. posix_spawn makes none.
 * It needs glibc 2.34, for closing all descriptors but three.
 */
/** The part of the C library that starts programs. */
final class SpawnLibrary {
  private static final int SET_SIGNAL_MASK = 8;
  private static final int NEW_SESSION = 0x80;

  /** More than any library's structures take. */
  private static final int STRUCTURE_BYTES = 512;

  private static final int SIGNAL_SET_BYTES = 128;

  private final MethodHandle spawn;
  private final MethodHandle initActions;
  private final MethodHandle destroyActions;
  private final MethodHandle addDup;
  private final MethodHandle addDirectory;
  private final MethodHandle addCloseFrom;
  private final MethodHandle initAttributes;
  private final MethodHandle setFlags;
  private final MethodHandle setMask;

  /**
   * Links what is needed.
   *
   * @throws NativeException where the library is too old
   */
  SpawnLibrary() {
    spawn = link("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    initActions = link("posix_spawn_file_actions_init", ADDRESS);
    destroyActions = link("posix_spawn_file_actions_destroy", ADDRESS);
    addDup = link("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
    addDirectory = link("posix_spawn_file_actions_addchdir_np", ADDRESS, ADDRESS);
    addCloseFrom = link("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
    initAttributes = link("posix_spawnattr_init", ADDRESS);
    setFlags = link("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
    setMask = link("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
  }

  @SuppressWarnings("restricted") // It is what this package is for.
  private static MethodHandle link(String name, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup library = linker.defaultLookup();
    MemorySegment symbol =
        library.find(name).orElseThrow(() -> new NativeException(name, NativeException.ENOSYS));
    return linker.downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, parameters));
  }

  /**
   * A program to start, in memory, so that starting it takes nothing but the call.
   *
   * @param library that starts it
   * @param process gets the new process's number
   */
  record Prepared(
      SpawnLibrary library,
      MemorySegment process,
      MemorySegment path,
      MemorySegment actions,
      MemorySegment attributes,
      MemorySegment arguments,
      MemorySegment environment)
      implements AutoCloseable {
    /** Starts it; 0 or the error number. */
    int start() {
      try {
        return (int)
            library.spawn.invokeExact(process, path, actions, attributes, arguments, environment);
      } catch (Throwable impossible) {
        throw new IllegalStateException(impossible);
      }
    }

    int processNumber() {
      return process.get(JAVA_INT, 0);
    }

    @Override
    public void close() {
      try {
        int ignored = (int) library.destroyActions.invokeExact(actions);
      } catch (Throwable impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  /**
   * Puts a program into memory.
   *
   * @param command path and arguments
   * @param descriptors what becomes 0, 1 and 2
   * @param directory where it starts
   */
  Prepared prepare(
      Arena arena, List<String> command, List<Descriptor> descriptors, String directory) {
    MemorySegment actions = arena.allocate(STRUCTURE_BYTES, 16);
    MemorySegment attributes = arena.allocate(STRUCTURE_BYTES, 16);
    try {
      require("init", (int) initActions.invokeExact(actions));
      for (int target = 0; target < descriptors.size(); target++) {
        int source = descriptors.get(target).number();
        require("adddup2", (int) addDup.invokeExact(actions, source, target));
      }
      MemorySegment place = arena.allocateFrom(directory);
      require("addchdir_np", (int) addDirectory.invokeExact(actions, place));
      require("addclosefrom_np", (int) addCloseFrom.invokeExact(actions, descriptors.size()));
      require("attr_init", (int) initAttributes.invokeExact(attributes));
      short flags = SET_SIGNAL_MASK | NEW_SESSION;
      require("setflags", (int) setFlags.invokeExact(attributes, flags));
      MemorySegment noSignals = arena.allocate(SIGNAL_SET_BYTES, 8);
      require("setsigmask", (int) setMask.invokeExact(attributes, noSignals));
    } catch (NativeException failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
    return new Prepared(
        this,
        arena.allocate(4, 4),
        arena.allocateFrom(command.getFirst()),
        actions,
        attributes,
        strings(arena, command),
        strings(arena, List.of()));
  }

  private static void require(String step, int error) {
    if (error != 0) {
      throw new NativeException("posix_spawn's " + step, error);
    }
  }

  private static MemorySegment strings(Arena arena, List<String> strings) {
    MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
    for (int at = 0; at < strings.size(); at++) {
      array.setAtIndex(ADDRESS, at, arena.allocateFrom(strings.get(at)));
    }
    return array;
  }
}
