package dev.sextant.udf.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.mozilla.javascript.Context;

/** Where the classes of a worker are, and how they all come to be loaded. */
final class EngineClasses {
  private static final String CLASS = ".class";

  private EngineClasses() {}

  /** Jars and folders with the classes of a worker: one, if all are in one jar. */
  static List<Path> classPath() {
    Set<Path> paths = new LinkedHashSet<>();
    paths.add(place(WorkerMain.class));
    paths.add(place(Context.class));
    return new ArrayList<>(paths);
  }

  private static Path place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      throw new IllegalStateException("The place of " + type.getName() + " is not known.");
    }
    try {
      URI location = source.getLocation().toURI();
      return Path.of(location).toRealPath();
    } catch (URISyntaxException | IOException unreadable) {
      throw new IllegalStateException("The place of " + type.getName() + " is odd.", unreadable);
    }
  }

  /** Loads the classes of the engine and ours, which later cannot be read any more. */
  static void load() {
    load(place(Context.class), Context.class.getPackageName());
    load(place(WorkerMain.class), WorkerMain.class.getPackageName());
  }

  private static void load(Path place, String packageName) {
    String prefix = packageName.replace('.', '/') + "/";
    try {
      if (Files.isDirectory(place)) {
        try (var files = Files.walk(place.resolve(prefix))) {
          files.forEach(file -> load(place.relativize(file).toString()));
        }
      } else {
        try (ZipFile jar = new ZipFile(place.toFile())) {
          jar.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.startsWith(prefix))
              .forEach(EngineClasses::load);
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static void load(String file) {
    if (file.endsWith(CLASS)) {
      String name = file.substring(0, file.length() - CLASS.length()).replace('/', '.');
      try {
        Class.forName(name, false, EngineClasses.class.getClassLoader());
      } catch (ClassNotFoundException | LinkageError withoutItsLibrary) {
        // A class for a library that is not there; nothing asks for it.
        return;
      }
    }
  }
}
