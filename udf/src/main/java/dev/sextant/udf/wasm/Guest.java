package dev.sextant.udf.wasm;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.Limits;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.GlobalInstance;
import run.endive.runtime.Instance;
import run.endive.runtime.WasmInterruptedException;

/** One instance of a module: its memory, what it has used, and what its failures mean. */
final class Guest {
  /** Bytes in a page of memory. */
  static final int PAGE = 1 << 16;

  private static final int ALIGNMENT = 16;

  private final FunctionDefinition definition;
  private final Abi abi;
  private final Instance instance;
  private final @Nullable FlatMemory memory;
  private final GlobalInstance fuel;
  private final GlobalInstance depth;
  private long argumentsStart;
  private long argumentsLength;

  Guest(FunctionDefinition definition, Abi abi, Compiled compiled) {
    this.definition = definition;
    this.abi = abi;
    this.instance = compiled.instantiate();
    this.memory = (FlatMemory) instance.memory();
    this.fuel = instance.global(compiled.fuel());
    this.depth = instance.global(compiled.depth());
  }

  FunctionDefinition definition() {
    return definition;
  }

  Instance instance() {
    return instance;
  }

  private Limits limits() {
    return definition.profile().limits();
  }

  /** Gives a call all the fuel that it may use. */
  void refuel() {
    fuel.setValue(limits().fuel());
    depth.setValue(0);
  }

  /** The fuel that was used since {@link #refuel}. */
  long fuelUsed() {
    return limits().fuel() - fuel.getValue();
  }

  /** Fails where more fuel was used than there was. */
  void requireFuel() {
    if (fuel.getValue() < 0) {
      throw fuelSpent(null);
    }
  }

  /** Calls the function once, with numbers for all parameters. */
  void call(long... arguments) {
    instance.getMachine().call(abi.function(), arguments);
  }

  /**
   * Memory for arguments, aligned for all types; the same as before where that is large enough.
   *
   * <p>The module's {@code alloc} gives it, where there is one; else it lies in pages that are
   * added at the end.
   */
  int reserve(long bytes) {
    if (bytes > argumentsLength) {
      if (bytes > limits().memoryBytes()) {
        throw memoryFull(bytes);
      }
      if (abi.allocate().isPresent()) {
        allocate(abi.allocate().get(), Math.max(bytes, Math.min(2 * argumentsLength, PAGE * 16L)));
      } else {
        addPages(bytes);
      }
    }
    return (int) argumentsStart;
  }

  private void allocate(int function, long bytes) {
    long left = fuel.getValue();
    fuel.setValue(limits().fuel());
    long asked = bytes + ALIGNMENT;
    long[] given = instance.getMachine().call(function, new long[] {asked});
    requireFuel();
    fuel.setValue(left);
    long start = given[0] & 0xFFFF_FFFFL;
    if (start == 0 || start + asked > memorySize()) {
      throw new UdfException(
          Failure.MEMORY,
          String.format(
              Locale.ROOT,
              "%s has too little memory: alloc(%d) gave address %d of %d bytes. Expected a block"
                  + " of that size; raise the profile's memory or pass shorter arguments.",
              title(),
              asked,
              start,
              memorySize()));
    }
    argumentsStart = (start + ALIGNMENT - 1) & -ALIGNMENT;
    argumentsLength = bytes;
  }

  private void addPages(long bytes) {
    long end = memorySize();
    boolean extend = argumentsStart + argumentsLength == end && argumentsLength > 0;
    long missing = extend ? bytes - argumentsLength : bytes;
    long pages = Math.ceilDiv(missing, PAGE);
    if (memory().grow((int) pages) < 0) {
      throw memoryFull(bytes);
    }
    argumentsStart = extend ? argumentsStart : end;
    argumentsLength = memorySize() - argumentsStart;
  }

  private UdfException memoryFull(long bytes) {
    return new UdfException(
        Failure.MEMORY,
        String.format(
            Locale.ROOT,
            "%s has too little memory: %d bytes of arguments do not fit beside the %d that it uses;"
                + " the profile %s allows %d. Raise the profile's memory or pass shorter"
                + " arguments.",
            title(),
            bytes,
            memorySize(),
            definition.profile().name(),
            limits().memoryBytes()));
  }

  private long memorySize() {
    return memory == null ? 0 : memory.bytes().length;
  }

  /** The memory of a module that has one. */
  FlatMemory memory() {
    if (memory == null) {
      throw new IllegalStateException("The module has no memory.");
    }
    return memory;
  }

  /** Fails where a result does not lie in memory. */
  void requireInside(long address, long length) {
    if (address + length > memorySize()) {
      throw new UdfException(
          Failure.TRAP,
          String.format(
              Locale.ROOT,
              "%s gave a result outside of its memory: %d bytes at %d, but the memory has %d. Give"
                  + " the address in the upper and the length in the lower 32 bits.",
              title(),
              length,
              address,
              memorySize()));
    }
  }

  /** How it is called in messages. */
  String title() {
    return "Function " + definition.signature();
  }

  /** What a failure means that left the function. */
  UdfException explain(Throwable failure, Deadlines.End end) {
    if (failure instanceof UdfException explained) {
      return explained;
    }
    if (end == Deadlines.End.LATE) {
      return new UdfException(
          Failure.TIME,
          String.format(
              Locale.ROOT,
              "%s ran for more than the %d ms that the profile %s allows for a batch of rows.",
              title(),
              limits().wallTime().toMillis(),
              definition.profile().name()),
          failure);
    }
    if (end == Deadlines.End.CLOSED || failure instanceof WasmInterruptedException) {
      return new UdfException(Failure.CANCELLED, title() + " was cancelled.", failure);
    }
    if (fuel.getValue() < 0) {
      return fuelSpent(failure);
    }
    if (failure instanceof StackOverflowError || depth.getValue() > limits().stackDepth()) {
      return new UdfException(
          Failure.STACK,
          String.format(
              Locale.ROOT,
              "%s nested its calls too deeply; the profile %s allows %d calls within calls.",
              title(),
              definition.profile().name(),
              limits().stackDepth()),
          failure);
    }
    if (failure instanceof OutOfMemoryError) {
      return new UdfException(Failure.MEMORY, title() + " used up the JVM's memory.", failure);
    }
    String why =
        failure instanceof IndexOutOfBoundsException
            ? "out of bounds memory access"
            : Objects.requireNonNullElse(failure.getMessage(), "it broke off");
    return new UdfException(Failure.TRAP, title() + " failed: " + why + ".", failure);
  }

  private UdfException fuelSpent(@Nullable Throwable cause) {
    return new UdfException(
        Failure.FUEL,
        String.format(
            Locale.ROOT,
            "%s used more than the %d units of fuel that the profile %s allows for a batch of rows."
                + " Make its loops shorter or raise the profile's fuel.",
            title(),
            limits().fuel(),
            definition.profile().name()),
        cause);
  }
}
