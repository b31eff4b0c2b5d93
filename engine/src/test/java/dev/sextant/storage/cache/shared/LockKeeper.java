package dev.sextant.storage.cache.shared;

import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.ModelNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A process that locks a segment of a shared file, and stays until it is killed. */
public final class LockKeeper {
  private LockKeeper() {}

  /** Arguments are the folder and the budget. */
  public static void main(String[] arguments) {
    SharedFile file =
        SharedFile.open(
            new SharedFile.Options(Path.of(arguments[0]), Long.parseLong(arguments[1]), 5000, 1000),
            new ModelNames(),
            warning -> {});
    List<CacheKey> keys = new ArrayList<>();
    file.forEach(0, entry -> keys.add(entry.key()));
    file.removeIf(
        keys.getFirst(),
        entry -> {
          System.out.println("locked");
          while (true) {
            LockSupport.park();
          }
        });
  }

  /** Leaves a file as a process does that is killed while it makes or recovers it. */
  public static void leaveHalfMade(Path folder) throws IOException {
    try (SharedControl control = new SharedControl(folder.resolve("cache.shared.lock"))) {
      control.setState(SharedControl.MAKING, control.budgetBytes());
    }
  }
}
