package dev.sextant.house;

import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A class file of ours.
 *
 * @param module the folder of the module it was built in
 */
record CompiledClass(String module, ClassModel model) {
  private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+)[;<]");

  /** The class's binary name. */
  String name() {
    return model.thisClass().asInternalName().replace('/', '.');
  }

  /** The name of the class in whose file it is written. */
  String outermost() {
    String name = name();
    int dollar = name.indexOf('$');
    return dollar < 0 ? name : name.substring(0, dollar);
  }

  /** The class's own name, without package and enclosing classes. */
  String simpleName() {
    String name = name();
    return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
  }

  String packageName() {
    return name().substring(0, name().lastIndexOf('.'));
  }

  /** Binary names of all classes it names in code, signatures and descriptors. */
  Set<String> references() {
    Set<String> names = new TreeSet<>();
    for (PoolEntry entry : model.constantPool()) {
      switch (entry) {
        case ClassEntry type -> add(type.asInternalName(), names);
        case Utf8Entry text -> addDescriptor(text.stringValue(), names);
        default -> {
          // Numbers and references to the two above.
        }
      }
    }
    return names;
  }

  private static void add(String internalName, Set<String> names) {
    if (internalName.startsWith("[")) {
      addDescriptor(internalName, names);
    } else {
      names.add(internalName.replace('/', '.'));
    }
  }

  private static void addDescriptor(String text, Set<String> names) {
    if (!text.isEmpty() && "(L[<".indexOf(text.charAt(0)) >= 0) {
      Matcher matcher = IN_DESCRIPTOR.matcher(text);
      while (matcher.find()) {
        names.add(matcher.group(1).replace('/', '.'));
      }
    }
  }

  /** Its string constants. */
  Set<String> strings() {
    Set<String> strings = new TreeSet<>();
    for (PoolEntry entry : model.constantPool()) {
      if (entry instanceof StringEntry string) {
        strings.add(string.stringValue());
      }
    }
    return strings;
  }
}
