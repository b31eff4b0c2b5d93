package dev.sextant.storage.cache.shared;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether this JVM can run Chronicle Map, found out without touching a class of it: one that fails
 * to initialise stays broken.
 */
public final class SharedSupport {
  private SharedSupport() {}

  /** A package that Chronicle Map reaches into, and how. */
  private record Needed(String module, String packageName, boolean opened) {
    boolean isThere(Module ours) {
      Optional<Module> theirs = ModuleLayer.boot().findModule(module);
      return theirs
          .filter(m -> opened ? m.isOpen(packageName, ours) : m.isExported(packageName, ours))
          .isPresent();
    }

    String flag() {
      return (opened ? "--add-opens=" : "--add-exports=")
          + module
          + "/"
          + packageName
          + "=ALL-UNNAMED";
    }
  }

  private static final List<Needed> NEEDED =
      List.of(
          new Needed("jdk.compiler", "com.sun.tools.javac.file", false),
          new Needed("java.base", "jdk.internal.ref", false),
          new Needed("java.base", "java.lang", true),
          new Needed("java.base", "java.lang.reflect", true),
          new Needed("java.base", "sun.nio.ch", true));

  /** The flags that this JVM was started without and that a shared cache needs. */
  public static List<String> missingFlags() {
    Module ours = SharedSupport.class.getModule();
    List<String> missing = new ArrayList<>();
    for (Needed needed : NEEDED) {
      if (!needed.isThere(ours)) {
        missing.add(needed.flag());
      }
    }
    return missing;
  }

  /** Why there can be no shared cache in this JVM and what to do; empty where there can. */
  public static Optional<String> obstacle() {
    if (ModuleLayer.boot().findModule("jdk.compiler").isEmpty()) {
      return Optional.of(
          "needs a full JDK, since it compiles code, but this Java has no module jdk.compiler. Run"
              + " it on a JDK");
    }
    if (!ClassLoader.getSystemClassLoader().equals(SharedSupport.class.getClassLoader())) {
      return Optional.of(
          "needs Sextant's jar on the JVM's own class path, since it compiles code against it, but"
              + " another class loader holds the jar. Start the JVM with the jar in -cp");
    }
    List<String> missing = missingFlags();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "needs flags that this JVM was started without. Add them to its command line: "
                + String.join(" ", missing));
  }
}
