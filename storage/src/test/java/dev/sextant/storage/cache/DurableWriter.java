package dev.sextant.storage.cache;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;

/** The process that {@link DurableCrashTest} kills. */
final class DurableWriter {
  private DurableWriter() {}

  /** Puts vectors from a number on until it is killed: arguments are the file and the number. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true);
    ModelNames models = new ModelNames();
    int model = models.number("m");
    DurableStore.Options options = new DurableStore.Options(Path.of(arguments[0]), 1L << 30, 5000);
    try (DurableStore store =
        new DurableStore(options, models, InstantSource.system(), out::println)) {
      out.println("ready");
      for (long number = Long.parseLong(arguments[1]); ; number++) {
        CacheValue value =
            new CacheValue(model, 5, false, 100, 1_760_000_000_000L, CacheValue.NEVER);
        store.put(
            new StoredVector(
                DurableStoreTest.key(number), DurableStoreTest.vector(number, 384), value));
        if (number % 10 == 9) {
          store.flush();
          out.println("durable " + number);
        }
      }
    }
  }
}
