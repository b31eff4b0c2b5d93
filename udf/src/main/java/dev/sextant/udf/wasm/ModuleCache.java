package dev.sextant.udf.wasm;

import dev.sextant.udf.wasm.binary.BinaryModule;
import dev.sextant.udf.wasm.binary.Meter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Modules that were compiled, in memory only, the most recently used ones. The key holds all that
 * decides the code: the module, its bounds, and the versions of the meter and the compiler.
 */
final class ModuleCache {
  private final Map<String, Compiled> modules;

  ModuleCache(int capacity) {
    this.modules =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Compiled> eldest) {
            return size() > capacity;
          }
        };
  }

  /** The module compiled, now or before. */
  Compiled get(BinaryModule source, Meter.Bounds bounds) {
    String key = key(source.toByteArray(), bounds);
    synchronized (modules) {
      Compiled known = modules.get(key);
      if (known != null) {
        return known;
      }
    }
    Compiled compiled = Compiled.of(source, bounds);
    synchronized (modules) {
      modules.putIfAbsent(key, compiled);
      return modules.getOrDefault(key, compiled);
    }
  }

  int size() {
    synchronized (modules) {
      return modules.size();
    }
  }

  void clear() {
    synchronized (modules) {
      modules.clear();
    }
  }

  private static String key(byte[] source, Meter.Bounds bounds) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String rest = Compiled.ENGINE + "\n" + Meter.VERSION + "\n" + bounds + "\n";
      digest.update(rest.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(source));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256.", e);
    }
  }
}
