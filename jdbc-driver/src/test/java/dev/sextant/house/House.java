package dev.sextant.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The tree that the rules are checked on: its sources, its documents, its compiled classes. */
final class House {
  /** Modules by their folders, lowest first. */
  static final List<String> MODULES = List.of("storage", "udf", "engine", "sql", "jdbc-driver");

  private House() {}

  /** The folder of the whole project. */
  static Path root() {
    String root = System.getProperty("sextant.root");
    return Path.of(Objects.requireNonNull(root, "-Dsextant.root names the project's folder"));
  }

  /** A path as messages name it. */
  static String name(Path file) {
    return root().relativize(file).toString();
  }

  /** The Java files of all modules. */
  static List<Path> sources() {
    return Stream.concat(mainSources().stream(), testSources().stream()).toList();
  }

  /** The Java files that are delivered. */
  static List<Path> mainSources() {
    return java("src/main/java");
  }

  /** The Java files of tests. */
  static List<Path> testSources() {
    return java("src/test/java");
  }

  private static List<Path> java(String folder) {
    return MODULES.stream()
        .map(module -> root().resolve(module).resolve(folder))
        .flatMap(path -> files(path, file -> file.toString().endsWith(".java")).stream())
        .toList();
  }

  /** README and the pages under docs. */
  static List<Path> documents() {
    List<Path> documents = new ArrayList<>();
    documents.add(root().resolve("README.md"));
    documents.addAll(files(root().resolve("docs"), file -> file.toString().endsWith(".md")));
    return documents;
  }

  /** The compiled classes of a module. */
  static List<CompiledClass> classes(String module) {
    Path folder = root().resolve(module).resolve("target/classes");
    List<CompiledClass> classes = new ArrayList<>();
    for (Path file : files(folder, path -> path.toString().endsWith(".class"))) {
      try {
        classes.add(new CompiledClass(module, ClassFile.of().parse(file)));
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
    if (classes.isEmpty()) {
      throw new IllegalStateException("No classes in " + folder + "; build all modules first.");
    }
    return classes;
  }

  /** The compiled classes of all modules. */
  static List<CompiledClass> classes() {
    return MODULES.stream().flatMap(module -> classes(module).stream()).toList();
  }

  /** The text of a file. */
  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static List<Path> files(Path folder, Predicate<Path> wanted) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).filter(wanted).sorted().toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
